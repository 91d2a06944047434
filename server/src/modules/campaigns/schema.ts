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
    start: timeOfDay.default('08:00').describe('Earliest local time of a call, like `08:00`.'),
    end: timeOfDay.default('21:00').describe('Latest local time a call may start, like `21:00`.'),
    days: z
      .array(weekday)
      .min(1)
      .max(7)
      .default([...weekdays])
      .describe('Days of the week on which calls are made.'),
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
    max_attempts: z
      .number()
      .int()
      .min(1)
      .max(20)
      .default(3)
      .describe('How many times one contact is called at most, the first call included.'),
    delay_minutes: z
      .number()
      .int()
      .min(1)
      .max(43_200)
      .default(60)
      .describe('Minutes between two calls to the same contact.'),
    on: z
      .array(z.enum(retryable))
      .default(['busy', 'no_answer'])
      .describe('After which results the contact is called again.'),
  })
  .meta({ id: 'Retry' })

export const defaults = {
  calling_hours: CallingHours.parse({}),
  retry: Retry.parse({}),
  max_concurrent_calls: 10,
  calls_per_second: 1,
  ring_timeout_seconds: 30,
  transfer_wait_seconds: 30,
}

/** What keys do when nobody says: 1 transfers only where there is a number to transfer to. */
export const defaultKeyMap = (hasTransferNumber: boolean): KeyMap => ({
  ...(hasTransferNumber && { '1': 'transfer' }),
  '2': 'repeat',
  '9': 'opt_out',
})

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
const channels = z
  .array(z.enum(['phone', 'whatsapp', 'sms', 'email']))
  .min(1)
  .max(4)
const settings = {
  max_concurrent_calls: z
    .number()
    .int()
    .min(1)
    .max(5000)
    .describe('How many calls of the campaign go at the same time at most; 10 by default.'),
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

const counts = {
  progress: z.number().int().describe('Contacts that are finished, in percent of all.'),
  contacts: z
    .number()
    .int()
    .describe(
      'How many contacts the campaign has. The contacts of a long list join some thousands at a time after the start, and the number grows meanwhile.',
    ),
  total_calls: z.number().int().describe('Contacts that were dialled.'),
  answered_calls: z.number().int().describe('Contacts that answered.'),
  transferred_calls: z.number().int().describe('Contacts that were connected to the transfer number.'),
  failed_calls: z.number().int().describe('Dialled contacts that are finished without an answer.'),
  transfers_requested: z.number().int().describe('Contacts who pressed a key that transfers.'),
  transfers_waiting: z.number().int().describe('Contacts who wait now for a free channel of the provider.'),
  transfers_waited: z.number().int().describe('Contacts who had to wait for a free channel.'),
  transfers_lost: z
    .number()
    .int()
    .describe('Callers whose wait for a channel ended, or who hung up, before a channel was free.'),
  average_transfer_wait_seconds: z.number().describe('How long those who waited for a channel did so on average.'),
  longest_transfer_wait_seconds: z.number().describe('The longest that a contact waited for a channel.'),
}

const campaignFields = {
  id: id.describe('Id of the campaign.'),
  user_id: id.describe('The member who created it.'),
  created_by: id.describe('The member who created it; the same as `user_id`.'),
  title: z.string().describe('Name of the campaign; the same as `name`.'),
  name: z.string().describe('Name of the campaign; the same as `title`.'),
  description: z.string().nullable().describe('Notes about the campaign, for the team.'),
  segment: z
    .string()
    .nullable()
    .describe('A free label for the audience, like `Lisbon buyers`. It selects no contacts; `contact_list_id` does.'),
  channels: z.array(z.string()).describe('How contacts are reached.'),
  contact_list_id: id.nullable().describe('The list whose contacts are called. Needed to start.'),
  sip_provider_id: id.nullable().describe('The provider that carries the calls. Default: the only active one.'),
  greeting_file_id: id
    .nullable()
    .describe('The uploaded greeting that is played when someone answers. Needed to start.'),
  greeting_file_url: z
    .string()
    .nullable()
    .describe(
      'Address of the greeting. In a request: of an uploaded one, instead of `greeting_file_id`; addresses elsewhere are refused.',
    ),
  greeting_file_name: z.string().nullable().describe("Name of the greeting's file."),
  transfer_number: z
    .string()
    .nullable()
    .describe(
      "Number that a key connects the contact to (key 1, unless `key_map` says otherwise); must be one of the workspace's transfer numbers.",
    ),
  caller_id: z
    .string()
    .nullable()
    .describe(
      "Number that the called person sees. Default: the provider's caller ids in turn, those of the called area first.",
    ),
  calling_hours: z
    .object({
      start: z.string().describe('Earliest local time of a call, like `08:00`.'),
      end: z.string().describe('Latest local time a call may start, like `21:00`.'),
      days: z.array(z.string()).describe('Days of the week on which calls are made.'),
    })
    .nullable()
    .describe(
      "When calls may be made, in the contact's own time zone. Default: 08:00 to 21:00 every day; null: any time.",
    ),
  key_map: z
    .record(z.string(), z.string())
    .describe(
      'What each telephone key does after the greeting: `transfer` to the transfer number, `repeat` the greeting, `opt_out` to the do-not-call list. Default: 2 repeats, 9 opts out, and 1 transfers where there is a transfer number. A map with `transfer` needs a `transfer_number`.',
    ),
  retry: z
    .object({
      max_attempts: z.number().int().describe('How many times one contact is called at most, the first call included.'),
      delay_minutes: z.number().int().describe('Minutes between two calls to the same contact.'),
      on: z.array(z.string()).describe('After which results the contact is called again.'),
    })
    .describe('When a contact is called again. Default: 3 calls, 60 minutes apart, after `busy` and `no_answer`.'),
  max_concurrent_calls: z
    .number()
    .int()
    .describe('How many calls of the campaign go at the same time at most; 10 by default.'),
  calls_per_second: z.number().describe('How many calls are started in a second at most; 1 by default.'),
  ring_timeout_seconds: z
    .number()
    .int()
    .describe('How long it rings before the call counts as not answered; 30 by default.'),
  voicemail: z
    .string()
    .describe(
      'What happens when an answering machine answers: `hang_up`. Campaigns made earlier may say `leave_message`, which does the same.',
    ),
  record: z.boolean().describe('True to record the calls.'),
  transfer_wait_seconds: z
    .number()
    .int()
    .describe(
      'How long a contact who asked for a transfer may wait for a free channel of the provider; 0: not at all; 30 by default.',
    ),
  hold_greeting_id: id
    .nullable()
    .describe('The uploaded greeting that they hear meanwhile, over and over. Default: quiet music.'),
  apology_greeting_id: id
    .nullable()
    .describe(
      'The uploaded greeting that they hear when no channel came free; the call ends after it. Default: the tone for busy channels.',
    ),
  ...counts,
  attempts: z.number().int().describe('Calls made, repeated ones included.'),
  connect_rate: z.number().describe('Answered contacts in percent of the dialled ones, with one decimal.'),
  booked_appointments: z.number().int().describe('Appointments made with contacts of the campaign.'),
  created_at: instant.describe('When the campaign was created.'),
  updated_at: instant.describe('When the campaign was last changed.'),
  started_at: instant.nullable().describe('When it was started; null: not yet.'),
  status_reason: z
    .string()
    .nullable()
    .describe('Why the server paused it by itself, in a sentence; null when it did not.'),
  ended_at: instant.nullable().describe('When it was completed or stopped.'),
}

export const Campaign = z
  .object({
    ...campaignFields,
    status: z
      .enum(statuses)
      .describe(
        '`pending` until started, then `active` or `paused`; `completed` when every contact is finished, `stopped` when someone ended it.',
      ),
  })
  .meta({ id: 'Campaign' })

/** The same to a sales front-end, which calls a campaign that has not begun a draft. */
export const SalesCampaign = z
  .object({
    ...campaignFields,
    status: z
      .enum(['draft', 'active', 'paused', 'completed', 'stopped'])
      .describe('As for a campaign elsewhere, except that one not yet started is a `draft`.'),
  })
  .meta({ id: 'SalesCampaign' })

const optionalFields = {
  description: optional(description).describe('Notes about the campaign, for the team.'),
  segment: optional(z.string().max(255)).describe(
    'A free label for the audience, like `Lisbon buyers`. It selects no contacts; `contact_list_id` does.',
  ),
  channels: optional(channels).describe(
    'How contacts are reached. Only `phone` is worked today: a campaign with other channels can be planned, but not started.',
  ),
  contact_list_id: optional(id).describe('The list whose contacts are called. Needed to start.'),
  sip_provider_id: optional(id).describe('The provider that carries the calls. Default: the only active one.'),
  greeting_file_id: optional(id).describe(
    'The uploaded greeting that is played when someone answers. Needed to start.',
  ),
  greeting_file_url: optional(greetingUrl).describe(
    'Address of the greeting. In a request: of an uploaded one, instead of `greeting_file_id`; addresses elsewhere are refused.',
  ),
  transfer_number: optional(phoneNumber).describe(
    "Number that a key connects the contact to (key 1, unless `key_map` says otherwise); must be one of the workspace's transfer numbers.",
  ),
  caller_id: optional(callerId).describe(
    "Number that the called person sees. Default: the provider's caller ids in turn, those of the called area first; a contact sees the same one again.",
  ),
  calling_hours: CallingHours.nullable()
    .optional()
    .describe(
      "When calls may be made, in the contact's own time zone. Default: 08:00 to 21:00 every day; null: any time.",
    ),
  key_map: optional(KeyMap).describe(
    'What each telephone key does after the greeting: `transfer` to the transfer number, `repeat` the greeting, `opt_out` to the do-not-call list. Default: 2 repeats, 9 opts out, and 1 transfers where there is a transfer number. A map with `transfer` needs a `transfer_number`.',
  ),
  retry: optional(Retry).describe(
    'When a contact is called again. Default: 3 calls, 60 minutes apart, after `busy` and `no_answer`.',
  ),
  max_concurrent_calls: optional(settings.max_concurrent_calls).describe(
    'How many calls of the campaign go at the same time at most; 10 by default.',
  ),
  calls_per_second: optional(settings.calls_per_second).describe(
    'How many calls are started in a second at most; 1 by default.',
  ),
  ring_timeout_seconds: optional(settings.ring_timeout_seconds).describe(
    'How long it rings before the call counts as not answered; 30 by default.',
  ),
  voicemail: optional(voicemail).describe(
    'What happens when an answering machine answers. Only `hang_up` can be chosen: machines cannot be told from people yet.',
  ),
  record: optional(settings.record).describe('True to record the calls.'),
  transfer_wait_seconds: optional(settings.transfer_wait_seconds).describe(
    'How long a contact who asked for a transfer may wait for a free channel of the provider; 0: not at all; 30 by default.',
  ),
  hold_greeting_id: optional(id).describe(
    'The uploaded greeting that they hear meanwhile, over and over. Default: quiet music.',
  ),
  apology_greeting_id: optional(id).describe(
    'The uploaded greeting that they hear when no channel came free; the call ends after it. Default: the tone for busy channels.',
  ),
}

export const NewCampaign = z
  .object({
    title: optional(title).describe('Name of the campaign; the same as `name`.'),
    name: optional(title).describe('Name of the campaign; the same as `title`.'),
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
    title: optional(title).describe('Name of the campaign; the same as `name`.'),
    name: optional(title).describe('Name of the campaign; the same as `title`.'),
    description: clearable(description).describe('Notes about the campaign, for the team. `null` empties it.'),
    segment: clearable(z.string().max(255)).describe(
      'A free label for the audience, like `Lisbon buyers`. It selects no contacts; `contact_list_id` does. `null` empties it.',
    ),
    contact_list_id: clearable(id).describe('The list whose contacts are called. Needed to start. `null` empties it.'),
    sip_provider_id: clearable(id).describe(
      'The provider that carries the calls. Default: the only active one. `null` empties it.',
    ),
    greeting_file_id: clearable(id).describe(
      'The uploaded greeting that is played when someone answers. Needed to start. `null` empties it.',
    ),
    greeting_file_url: clearable(greetingUrl).describe(
      'Address of the greeting. In a request: of an uploaded one, instead of `greeting_file_id`; addresses elsewhere are refused. `null` empties it.',
    ),
    transfer_number: clearable(phoneNumber).describe(
      "Number that a key connects the contact to (key 1, unless `key_map` says otherwise); must be one of the workspace's transfer numbers. `null` empties it.",
    ),
    caller_id: clearable(callerId).describe(
      "Number that the called person sees. Default: the provider's caller ids in turn, those of the called area first. `null` empties it.",
    ),
    hold_greeting_id: clearable(id).describe(
      'The uploaded greeting that they hear meanwhile, over and over. Default: quiet music. `null` empties it.',
    ),
    apology_greeting_id: clearable(id).describe(
      'The uploaded greeting that they hear when no channel came free; the call ends after it. Default: the tone for busy channels. `null` empties it.',
    ),
  })
  .meta({ id: 'CampaignChanges' })

export const CampaignCall = z
  .object({
    id: id.describe('Id of the call.'),
    contact_id: id.nullable().describe('The contact who is called; null when the contact was deleted.'),
    phone_number: z.string().describe('Number that is called, in E.164 form.'),
    status: z
      .enum(callStatuses)
      .describe(
        '`queued` waits; `dialling`, `ringing`, `answered` are in progress; `completed`, `transferred`, `busy`, `no_answer`, `failed`, `cancelled`, `do_not_call` are final. `unknown`: a crash hid the result, and the contact is not called again by itself.',
      ),
    attempts: z.number().int().describe('Calls made, repeated ones included.'),
    answered_at: instant.nullable().describe('When the last call was answered; null when it was not.'),
    ended_at: instant.nullable().describe('When it was completed or stopped.'),
    duration_seconds: z
      .number()
      .int()
      .nullable()
      .describe('Seconds between answer and end; null when it was not answered.'),
    key: z.string().nullable().describe('The telephone key that decided the result, like `1`; null when none did.'),
    transferred: z.boolean().describe('True when the contact was connected to the transfer number.'),
    transfer_wait_seconds: z
      .number()
      .nullable()
      .describe('How long they waited for a free channel when they asked for a transfer; null: they did not have to.'),
    transfer_lost: z.boolean().describe('True when no channel came free for their transfer.'),
    cause: z.string().nullable().describe('Why the call ended, as the provider said it, like `486 Busy Here`.'),
    recording_url: z
      .string()
      .nullable()
      .describe('Address of the recording; null when none was made. Needs the login.'),
    next_attempt_at: instant.nullable().describe('When the contact is due to be called (again); null once finished.'),
  })
  .meta({ id: 'CampaignCall' })

/** Absolute counts: a newer one replaces an older one. */
export const CampaignProgress = z
  .object({
    campaign_id: id.describe('The campaign.'),
    status: z.enum(statuses).describe("The campaign's status."),
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
