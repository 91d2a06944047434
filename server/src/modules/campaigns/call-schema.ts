import { z } from 'zod'
import { CallQuality } from '../telephony/schema.ts'
import { id, instant } from '../../platform/http/fields.ts'

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
    cost_micros: z
      .number()
      .int()
      .nullable()
      .describe(
        "What it cost by the call rates, the transfer included, in millionths of the workspace's currency; null when it has not ended, or a number has no rate.",
      ),
    key: z.string().nullable().describe('The telephone key that decided the result, like `1`; null when none did.'),
    transferred: z.boolean().describe('True when the contact was connected to the transfer number.'),
    transfer_wait_seconds: z
      .number()
      .nullable()
      .describe('How long they waited for a free channel when they asked for a transfer; null: they did not have to.'),
    transfer_lost: z.boolean().describe('True when no channel came free for their transfer.'),
    cause: z.string().nullable().describe('Why the call ended, as the provider said it, like `486 Busy Here`.'),
    quality: CallQuality.nullable().describe(
      'The sound of the last call, measured over all of it; each figure is that of the worse direction. Null when no sound arrived or it was not measured.',
    ),
    recording_url: z
      .string()
      .nullable()
      .describe('Address of the recording; null when none was made. Needs the login.'),
    next_attempt_at: instant.nullable().describe('When the contact is due to be called (again); null once finished.'),
  })
  .meta({ id: 'CampaignCall' })

export type CampaignCall = z.output<typeof CampaignCall>
