import { z } from 'zod'
import { clearable, id, instant, numeric, optional, text } from '../../platform/http/fields.ts'
import { about } from './schema.ts'
import { CallingHours, KeyMap, Retry } from './settings-schema.ts'

const title = text(255)
const description = z.string().max(5000)
/** As a person types it; stored as E.164. */
const phoneNumber = z.string().trim().min(3).max(50)
const callerId = z
  .string()
  .trim()
  .regex(/^[\w.!~*'()&=+$,#-]{1,64}$/, 'Write a number like +15551234567, or a SIP user name.')
const greetingUrl = z.string().trim().max(2000)
/** Only `phone` is worked today; a campaign with other channels can be planned, but not started. */
const channels = z.preprocess(
  // A front-end without a choice of channels sends an empty list.
  (given) => (given === '' || given === null || (Array.isArray(given) && given.length === 0) ? undefined : given),
  z
    .array(z.enum(['phone', 'whatsapp', 'sms', 'email']))
    .min(1)
    .max(4)
    .optional(),
)
/** PostgreSQL knows times that a JavaScript date does not. */
const startAt = z.union(
  [
    instant.refine((time) => time.startsWith('20'), 'Must be a time between 2000 and 2099.'),
    z.iso.date().refine((day) => day.startsWith('20'), 'Must be a date between 2000 and 2099.'),
  ],
  'Must be a date or time between 2000 and 2099 in ISO 8601, such as 2026-01-31 or 2026-01-31T09:30:00Z.',
)
const aboutStart = `${about.start_at} A date means its first moment in the workspace's time zone.`
const settings = {
  max_concurrent_calls: numeric(z.number().int().min(1).max(5000)).describe(
    'How many calls of the campaign go at the same time at most; 10 by default.',
  ),
  calls_per_second: z
    .number()
    .min(0.001)
    .max(1000)
    .describe('How many calls are started in a second at most; 1 by default.'),
  ring_timeout_seconds: z
    .number()
    .int()
    .min(5)
    .max(300)
    .describe('How long it rings before the call counts as not answered; 30 by default.'),
  transfer_wait_seconds: z.number().int().min(0).max(600),
  record: z.boolean().describe('True to record the calls.'),
}

/** Campaigns made earlier may bear `leave_message`, which is treated as `hang_up`. */
const voicemail = z.enum(['hang_up'], {
  error:
    'Send hang_up. Leaving a message is not offered: people and answering machines cannot be told apart yet, and people would be hung up on.',
})

const emptiedByNull = (text: string) => `${text} \`null\` empties it.`

const optionalFields = {
  description: optional(description).describe(about.description),
  segment: optional(z.string().max(255)).describe(about.segment),
  target_city: optional(z.string().trim().max(255)).describe(about.target_city),
  agent_persona: optional(z.string().max(5000)).describe(about.agent_persona),
  channels: channels
    .optional()
    .describe(
      'How contacts are reached. Only `phone` is worked today: a campaign with other channels can be planned, but not started.',
    ),
  contact_list_id: optional(id).describe(about.contact_list_id),
  sip_provider_id: optional(id).describe(about.sip_provider_id),
  greeting_file_id: optional(id).describe(about.greeting_file_id),
  greeting_file_url: optional(greetingUrl).describe(about.greeting_file_url),
  transfer_number: optional(phoneNumber).describe(about.transfer_number),
  transfer_numbers: z
    .array(phoneNumber)
    .max(10)
    .optional()
    .describe(`${about.transfer_numbers} In a request also the ids of transfer numbers. An empty list removes all.`),
  transfer_order: optional(z.enum(['in_order', 'round_robin'])).describe(about.transfer_order),
  caller_id: optional(callerId).describe(
    "Number that the called person sees. Default: the provider's caller ids in turn, those of the called area first; a contact sees the same one again.",
  ),
  calling_hours: CallingHours.nullable().optional().describe(about.calling_hours),
  key_map: optional(KeyMap).describe(about.key_map),
  retry: optional(Retry).describe(about.retry),
  start_at: optional(startAt).describe(aboutStart),
  max_concurrent_calls: optional(settings.max_concurrent_calls).describe(about.max_concurrent_calls),
  calls_per_second: optional(settings.calls_per_second).describe(about.calls_per_second),
  ring_timeout_seconds: optional(settings.ring_timeout_seconds).describe(about.ring_timeout_seconds),
  voicemail: optional(voicemail).describe(
    'What happens when an answering machine answers. Only `hang_up` can be chosen: machines cannot be distinguished from people yet.',
  ),
  record: optional(settings.record).describe(about.record),
  transfer_wait_seconds: optional(settings.transfer_wait_seconds).describe(about.transfer_wait_seconds),
  hold_greeting_id: optional(id).describe(about.hold_greeting_id),
  apology_greeting_id: optional(id).describe(about.apology_greeting_id),
}

export const NewCampaign = z
  .object({
    title: optional(title).describe(about.title),
    name: optional(title).describe(about.name),
    ...optionalFields,
  })
  .refine((body) => body.title !== undefined || body.name !== undefined, {
    message: 'Give the campaign a title (or a name).',
    path: ['title'],
  })
  .meta({ id: 'NewCampaign' })

export const CampaignChanges = z
  .object({
    ...optionalFields,
    title: optional(title).describe(about.title),
    name: optional(title).describe(about.name),
    description: clearable(description).describe(emptiedByNull(about.description)),
    segment: clearable(z.string().max(255)).describe(emptiedByNull(about.segment)),
    target_city: clearable(z.string().trim().max(255)).describe(emptiedByNull(about.target_city)),
    agent_persona: clearable(z.string().max(5000)).describe(emptiedByNull(about.agent_persona)),
    contact_list_id: clearable(id).describe(emptiedByNull(about.contact_list_id)),
    sip_provider_id: clearable(id).describe(emptiedByNull(about.sip_provider_id)),
    greeting_file_id: clearable(id).describe(emptiedByNull(about.greeting_file_id)),
    greeting_file_url: clearable(greetingUrl).describe(emptiedByNull(about.greeting_file_url)),
    transfer_number: clearable(phoneNumber).describe(emptiedByNull(about.transfer_number)),
    start_at: clearable(startAt).describe(emptiedByNull(aboutStart)),
    caller_id: clearable(callerId).describe(emptiedByNull(about.caller_id)),
    hold_greeting_id: clearable(id).describe(emptiedByNull(about.hold_greeting_id)),
    apology_greeting_id: clearable(id).describe(emptiedByNull(about.apology_greeting_id)),
  })
  .meta({ id: 'CampaignChanges' })

export type NewCampaign = z.output<typeof NewCampaign>
export type CampaignChanges = z.output<typeof CampaignChanges>
