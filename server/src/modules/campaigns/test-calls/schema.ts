import { z } from 'zod'
import { id, instant, optional } from '../../../platform/http/fields.ts'
import { CallQuality } from '../../telephony/schema.ts'
import { callStatuses } from '../call-schema.ts'
import { KeyMap } from '../settings-schema.ts'

const phoneNumber = z.string().trim().min(3).max(50)

export const CampaignTest = z
  .object({ phone_number: phoneNumber.describe('The number that is called once.') })
  .meta({ id: 'CampaignTest' })

export const NewTestCall = z
  .object({
    phone_number: phoneNumber.describe('The number that is called once.'),
    campaign_id: optional(id).describe('The campaign whose settings are used where this request has none.'),
    sip_provider_id: optional(id).describe(
      'The provider that carries the call. Default: that of the campaign, else the only active one.',
    ),
    greeting_file_id: optional(id).describe('The uploaded greeting that is played. Needed without a campaign.'),
    transfer_number_id: optional(id).describe('The transfer number that a key connects to.'),
    caller_id: optional(
      z
        .string()
        .trim()
        .regex(/^[\w.!~*'()&=+$,#-]{1,64}$/, 'Write a number like +15551234567, or a SIP user name.'),
    ).describe("Number that the called person sees. Default: the campaign's, else the provider's first caller id."),
    key_map: optional(KeyMap).describe('What each telephone key does. Default: as for a campaign.'),
  })
  .meta({ id: 'NewTestCall' })

export const TestCall = z
  .object({
    id: id.describe('Id of the test call.'),
    user_id: id.describe('The member who asked for it.'),
    campaign_id: id.nullable().describe('The campaign that is tested, if any.'),
    sip_provider_id: id.nullable().describe('The provider that carries the call.'),
    phone_number: z.string().describe('Number that is called, in E.164 form.'),
    caller_id: z.string().describe("Number that the called person sees; empty: the provider's user name."),
    status: z
      .enum(callStatuses)
      .describe('`queued` until it is dialled; then as for a call of a campaign. `ended_at` is set once it is final.'),
    key: z.string().nullable().describe('The last telephone key that did something, like `1`.'),
    transfer_number: z.string().nullable().describe('The number that a key connected the call to.'),
    transferred: z.boolean().describe('True when the transfer number answered.'),
    cause: z.string().nullable().describe('Why the call ended or was not made, like `busy` or `no_line`.'),
    created_at: instant.describe('When it was asked for.'),
    answered_at: instant.nullable().describe('When it was answered; null when it was not.'),
    ended_at: instant.nullable().describe('When it ended; null while it is queued or in progress.'),
    duration_seconds: z
      .number()
      .int()
      .nullable()
      .describe('Seconds between answer and end; null when it was not answered.'),
    quality: CallQuality.nullable().describe(
      'The sound of the call, measured over all of it; each figure is that of the worse direction. Null when no sound arrived or it was not measured.',
    ),
    cost_micros: z
      .number()
      .int()
      .nullable()
      .describe("What it cost by the call rates, in millionths of the workspace's currency; null without a rate."),
  })
  .meta({ id: 'TestCall' })

export type TestCall = z.output<typeof TestCall>
export type NewTestCall = z.output<typeof NewTestCall>
