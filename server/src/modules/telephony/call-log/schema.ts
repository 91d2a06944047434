import { z } from 'zod'
import { CallQuality } from '../schema.ts'
import { id, instant, optional, page, pageOf, timeZone } from '../../../platform/http/fields.ts'

export const callSourceNames = ['campaign', 'test', 'receptionist', 'sales'] as const
export type CallSourceName = (typeof callSourceNames)[number]

/** The states of a call that was made or taken. */
export const callLogStatuses = [
  'dialling',
  'ringing',
  'answered',
  'transferred',
  'completed',
  'busy',
  'no_answer',
  'failed',
  'cancelled',
  'unknown',
] as const

const source = z.enum(callSourceNames)
const direction = z.enum(['inbound', 'outbound'])
const status = z.enum(callLogStatuses)
const dateOrTime = z.union(
  [z.iso.date(), instant],
  'Must be a date or time in ISO 8601, such as 2026-01-31 or 2026-01-31T09:30:00Z.',
)

export const CallLogEntry = z
  .object({
    id: id.describe('Id of the call: of the dial of a campaign, the logged call or the conversation.'),
    source: source.describe(
      'The module the call belongs to: `campaign` (each dial, repeated ones too), `test` (test calls), `receptionist` (calls to clients), `sales` (conversations by telephone).',
    ),
    direction: direction
      .nullable()
      .describe('`outbound`: the call was made; `inbound`: it was taken. Null when it is not known.'),
    status: status.describe(
      '`dialling`, `ringing`, `answered` are in progress, `transferred` too until `ended_at` is set. `unknown`: the result is not known.',
    ),
    phone_number: z.string().nullable().describe("The other party's number; null when it is withheld or not recorded."),
    contact_id: id.nullable().describe('The contact; null without one.'),
    contact_name: z
      .string()
      .nullable()
      .describe("The contact's name, else the name that came with the call; null when neither is known."),
    campaign_id: id.nullable().describe('The campaign that made the call.'),
    campaign_title: z.string().nullable().describe('Title of the campaign.'),
    client_id: id.nullable().describe('The client of the receptionist who was called.'),
    client_name: z.string().nullable().describe('Name of the client.'),
    conversation_id: id.nullable().describe('The conversation, for a call of sales.'),
    started_at: instant.describe('When it was dialled or began: the order of the log.'),
    answered_at: instant.nullable().describe('When it was answered, where that is recorded.'),
    ended_at: instant.nullable().describe('When it ended; null while it is in progress or not recorded.'),
    duration_seconds: z
      .number()
      .nullable()
      .describe('Seconds between answer and end; null when it was not answered or is not known.'),
    key: z.string().nullable().describe('The telephone key that the contact pressed, like `1`.'),
    transferred: z.boolean().describe('True when the call was connected to a transfer number.'),
    transfer_number: z.string().nullable().describe('The number that the call was or should be connected to.'),
    cause: z.string().nullable().describe('Why the call ended or was not answered.'),
    outcome: z
      .string()
      .nullable()
      .describe("What came of it, in the team's words; for the receptionist `successful` or `unsuccessful`."),
    cost_micros: z
      .number()
      .int()
      .nullable()
      .describe("What it cost, in millionths of the workspace's currency; null when that is not known."),
    quality: CallQuality.nullable().describe(
      'The sound of the call, measured over all of it; each figure is that of the worse direction. Null when no sound arrived or it was not measured.',
    ),
    recording_url: z
      .string()
      .nullable()
      .describe('Address of the recording; null without one. Those on this server need the login.'),
    transcript: z
      .string()
      .nullable()
      .describe('What was said. A list shows its beginning, up to 1,000 characters; a single call all of it.'),
  })
  .meta({ id: 'CallLogEntry' })

export const CallLogQuery = page().extend({
  source: optional(source).describe('Only calls of this module.'),
  status: optional(status).describe('Only calls in this state.'),
  direction: optional(direction).describe('Only calls in this direction.'),
  campaign_id: optional(id).describe('Only calls of this campaign.'),
  client_id: optional(id).describe('Only calls to this client of the receptionist.'),
  contact_id: optional(id).describe('Only calls with this contact.'),
  phone_number: optional(z.string().trim().max(50)).describe('Only calls with this number, in any spelling.'),
  q: optional(z.string().trim().max(200)).describe(
    "A number, or words of a contact's name, e-mail address or number. Of the contacts that match, the newest 50 are searched.",
  ),
  from: optional(dateOrTime).describe('First date or time, inclusive.'),
  to: optional(dateOrTime).describe('Last date or time, inclusive.'),
  tz: optional(timeZone).describe("IANA time zone of the dates. Default: the workspace's time zone."),
})
export const CallLogPage = pageOf(CallLogEntry)

const sums = {
  calls: z.number().int().describe('Calls that were made or taken.'),
  answered: z.number().int().describe('Calls that were answered.'),
  minutes: z.number().describe('Minutes of the answered calls, with one decimal.'),
  cost_micros: z
    .number()
    .int()
    .describe("What they cost by the call rates, in millionths of the workspace's currency."),
}

export const CallCountQuery = z.object({
  days: z.coerce.number().int().min(1).max(366).default(30).describe('How many days are counted, today included.'),
  months: z.coerce
    .number()
    .int()
    .min(1)
    .max(24)
    .default(12)
    .describe('How many months are counted, this one included.'),
  source: optional(source).describe('Only calls of this module.'),
  tz: optional(timeZone).describe("IANA time zone of days and months. Default: the workspace's time zone."),
})

export const CallCounts = z
  .object({
    tz: z.string().describe('The time zone of days and months.'),
    days: z
      .array(z.object({ date: z.string().describe('The day, like `2026-11-30`.'), ...sums }))
      .describe('Every day, oldest first, days without calls too.'),
    months: z
      .array(z.object({ month: z.string().describe('The month, like `2026-11`.'), ...sums }))
      .describe('Every month, oldest first, months without calls too.'),
  })
  .meta({ id: 'CallCounts' })

export type CallLogEntry = z.output<typeof CallLogEntry>
export type CallLogQuery = z.output<typeof CallLogQuery>
export type CallCountQuery = z.output<typeof CallCountQuery>
export type CallCounts = z.output<typeof CallCounts>
