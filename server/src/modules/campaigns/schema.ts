import { z } from 'zod'
import { clearable, id, instant, optional, text } from '../../platform/http/fields.ts'

export const statuses = ['pending', 'active', 'paused', 'completed', 'stopped'] as const
export type CampaignStatus = (typeof statuses)[number]

export const callStatuses = [
  'queued',
  'dialling',
  'ringing',
  'answered',
  'transferred',
  'completed',
  'busy',
  'no_answer',
  'failed',
  'cancelled',
  'do_not_call',
  'unknown',
] as const
export type CallStatus = (typeof callStatuses)[number]

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** `Monday`, `mon`, or the ISO number 1 (0 and 7 are Sunday). */
const weekday = z.preprocess(
  (day) =>
    typeof day === 'number'
      ? weekdays[(day + 6) % 7]
      : typeof day === 'string'
        ? day.trim().toLowerCase().slice(0, 3)
        : day,
  z.enum(weekdays),
)
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'Write a time like 08:00.')

/** In the contact's own time zone. `end` is no longer within. */
export const CallingHours = z
  .object({
    start: timeOfDay.default('08:00'),
    end: timeOfDay.default('21:00'),
    days: z
      .array(weekday)
      .min(1)
      .max(7)
      .default([...weekdays]),
  })
  .refine(({ start, end }) => start < end, {
    message: 'The end must be later than the start, on the same day.',
    path: ['end'],
  })
  .meta({ id: 'CallingHours' })

export const KeyMap = z
  .partialRecord(
    z.enum(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#']),
    z.enum(['transfer', 'repeat', 'opt_out']),
  )
  .meta({ id: 'KeyMap' })

/** Outcomes that may be tried again. Someone who answered is never called again by the same campaign. */
export const retryable = ['busy', 'no_answer', 'failed'] as const

export const Retry = z
  .object({
    /** The first call included. */
    max_attempts: z.number().int().min(1).max(20).default(3),
    delay_minutes: z.number().int().min(1).max(43_200).default(60),
    on: z.array(z.enum(retryable)).default(['busy', 'no_answer']),
  })
  .meta({ id: 'Retry' })

export const defaults = {
  calling_hours: CallingHours.parse({}),
  key_map: { '1': 'transfer', '2': 'repeat', '9': 'opt_out' } as const satisfies z.input<typeof KeyMap>,
  retry: Retry.parse({}),
  max_concurrent_calls: 10,
  calls_per_second: 1,
  ring_timeout_seconds: 30,
}

const title = text(255)
const description = z.string().max(5000)
/** As a person types it; stored as E.164. */
const phoneNumber = z.string().trim().min(3).max(50)
const callerId = z
  .string()
  .trim()
  .regex(/^[\w.!~*'()&=+$,#-]{1,64}$/, 'Write a number like +15551234567, or a SIP user name.')
const greetingUrl = z.string().trim().max(2000)
const channels = z
  .array(z.enum(['phone', 'whatsapp', 'sms', 'email']))
  .min(1)
  .max(4)
const settings = {
  max_concurrent_calls: z.number().int().min(1).max(5000),
  calls_per_second: z.number().min(0.001).max(1000),
  ring_timeout_seconds: z.number().int().min(5).max(300),
  voicemail: z.enum(['hang_up', 'leave_message']),
  record: z.boolean(),
}

const counts = {
  /** Contacts that are finished, in percent of all. */
  progress: z.number().int(),
  contacts: z.number().int(),
  /** Contacts that were dialled. */
  total_calls: z.number().int(),
  answered_calls: z.number().int(),
  transferred_calls: z.number().int(),
  /** Dialled contacts that are finished without an answer. */
  failed_calls: z.number().int(),
}

const campaignFields = {
  id,
  user_id: id,
  created_by: id,
  title: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  segment: z.string().nullable(),
  channels: z.array(z.string()),
  contact_list_id: id.nullable(),
  sip_provider_id: id.nullable(),
  greeting_file_id: id.nullable(),
  greeting_file_url: z.string().nullable(),
  greeting_file_name: z.string().nullable(),
  transfer_number: z.string().nullable(),
  caller_id: z.string().nullable(),
  /** null: any time. */
  calling_hours: z.object({ start: z.string(), end: z.string(), days: z.array(z.string()) }).nullable(),
  key_map: z.record(z.string(), z.string()),
  retry: z.object({ max_attempts: z.number().int(), delay_minutes: z.number().int(), on: z.array(z.string()) }),
  max_concurrent_calls: z.number().int(),
  calls_per_second: z.number(),
  ring_timeout_seconds: z.number().int(),
  voicemail: z.string(),
  record: z.boolean(),
  ...counts,
  /** Dials, repeated ones included. */
  attempts: z.number().int(),
  /** Answered contacts in percent of the dialled ones. */
  connect_rate: z.number(),
  booked_appointments: z.number().int(),
  created_at: instant,
  updated_at: instant,
  started_at: instant.nullable(),
  /** Why it was paused, when that was not a member's doing. */
  status_reason: z.string().nullable(),
  ended_at: instant.nullable(),
}

export const Campaign = z.object({ ...campaignFields, status: z.enum(statuses) }).meta({ id: 'Campaign' })

/** The same to a sales front-end, which calls a campaign that has not begun a draft. */
export const SalesCampaign = z
  .object({ ...campaignFields, status: z.enum(['draft', 'active', 'paused', 'completed', 'stopped']) })
  .meta({ id: 'SalesCampaign' })

const optionalFields = {
  description: optional(description),
  segment: optional(z.string().max(255)),
  channels: optional(channels),
  contact_list_id: optional(id),
  sip_provider_id: optional(id),
  greeting_file_id: optional(id),
  greeting_file_url: optional(greetingUrl),
  transfer_number: optional(phoneNumber),
  caller_id: optional(callerId),
  /** Left out: 08:00 to 21:00 every day. null: any time. */
  calling_hours: CallingHours.nullable().optional(),
  key_map: optional(KeyMap),
  retry: optional(Retry),
  max_concurrent_calls: optional(settings.max_concurrent_calls),
  calls_per_second: optional(settings.calls_per_second),
  ring_timeout_seconds: optional(settings.ring_timeout_seconds),
  voicemail: optional(settings.voicemail),
  record: optional(settings.record),
}

export const NewCampaign = z
  .object({ title: optional(title), name: optional(title), ...optionalFields })
  .refine((body) => body.title !== undefined || body.name !== undefined, {
    message: 'Give the campaign a title (or a name).',
    path: ['title'],
  })
  .meta({ id: 'NewCampaign' })

export const CampaignChanges = z
  .object({
    ...optionalFields,
    title: optional(title),
    name: optional(title),
    description: clearable(description),
    segment: clearable(z.string().max(255)),
    contact_list_id: clearable(id),
    sip_provider_id: clearable(id),
    greeting_file_id: clearable(id),
    greeting_file_url: clearable(greetingUrl),
    transfer_number: clearable(phoneNumber),
    caller_id: clearable(callerId),
  })
  .meta({ id: 'CampaignChanges' })

export const CampaignCall = z
  .object({
    id,
    contact_id: id.nullable(),
    phone_number: z.string(),
    status: z.enum(callStatuses),
    attempts: z.number().int(),
    answered_at: instant.nullable(),
    ended_at: instant.nullable(),
    duration_seconds: z.number().int().nullable(),
    /** The key that decided what happened. */
    key: z.string().nullable(),
    transferred: z.boolean(),
    cause: z.string().nullable(),
    recording_url: z.string().nullable(),
    /** When the contact is due to be called (again); null once finished. */
    next_attempt_at: instant.nullable(),
  })
  .meta({ id: 'CampaignCall' })

/** Absolute counts: a newer one replaces an older one. */
export const CampaignProgress = z
  .object({
    campaign_id: id,
    status: z.enum(statuses),
    ...counts,
  })
  .meta({ id: 'CampaignProgress' })

export type Campaign = z.output<typeof Campaign>
export type NewCampaign = z.output<typeof NewCampaign>
export type CampaignChanges = z.output<typeof CampaignChanges>
export type CampaignCall = z.output<typeof CampaignCall>
export type CampaignProgress = z.output<typeof CampaignProgress>
export type CallingHours = z.output<typeof CallingHours>
export type KeyMap = z.output<typeof KeyMap>
export type Retry = z.output<typeof Retry>
