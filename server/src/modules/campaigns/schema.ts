import { z } from 'zod'
import { id, instant } from '../../platform/http/fields.ts'

export const statuses = ['pending', 'active', 'paused', 'completed', 'stopped'] as const
export type CampaignStatus = (typeof statuses)[number]

/** What each field means, the same in every shape that has it. */
export const about = {
  title: 'Name of the campaign; the same as `name`.',
  name: 'Name of the campaign; the same as `title`.',
  description: 'Notes about the campaign, for the team.',
  segment: 'A free label for the audience, like `Lisbon buyers`. It selects no contacts; `contact_list_id` does.',
  target_city: 'The city whose people the campaign is for. It selects no contacts; `contact_list_id` does.',
  agent_persona: 'How the agent presents itself, in a few sentences for the people who write and speak for it.',
  contact_list_id: 'The list whose contacts are called. Needed to start.',
  sip_provider_id: 'The provider that carries the calls. Default: the only active one.',
  greeting_file_id: 'The uploaded greeting that is played when someone answers. Needed to start.',
  greeting_file_url:
    'Address of the greeting. In a request: of an uploaded one, instead of `greeting_file_id`; addresses elsewhere are refused.',
  transfer_number:
    "Number that a key connects the contact to (key 1, unless `key_map` says otherwise); must be one of the workspace's transfer numbers.",
  transfer_numbers:
    "The numbers that a key connects the contact to: when one is busy, does not answer or fails, the next one is tried. Each is one of the workspace's transfer numbers; `transfer_number` is the first.",
  transfer_order:
    '`in_order`, the default: each transfer begins with the first number. `round_robin`: each begins with the number after the one that the last transfer began with, so that all get calls.',
  caller_id:
    "Number that the called person sees. Default: the provider's caller ids in turn, those of the called area first.",
  calling_hours:
    "When calls may be made, in the contact's own time zone. Default: 08:00 to 21:00 every day; null: any time.",
  key_map:
    'What each telephone key does after the greeting: `transfer` to the transfer number, `repeat` the greeting, `opt_out` to the do-not-call list. Default: 2 repeats, 9 opts out, and 1 transfers where there is a transfer number. A map with `transfer` needs a `transfer_number`.',
  retry: 'When a contact is called again. Default: 3 calls, 60 minutes apart, after `busy` and `no_answer`.',
  start_at:
    'No call is made before this time. The campaign can be started earlier, and then waits. Default: calls begin with the start.',
  max_concurrent_calls: 'How many calls of the campaign go at the same time at most; 10 by default.',
  calls_per_second: 'How many calls are started in a second at most; 1 by default.',
  ring_timeout_seconds: 'How long it rings before the call counts as not answered; 30 by default.',
  record: 'True to record the calls.',
  transfer_wait_seconds:
    'How long a contact who asked for a transfer may wait for a free channel of the provider; 0: not at all; 30 by default.',
  hold_greeting_id: 'The uploaded greeting that they hear meanwhile, over and over. Default: quiet music.',
  apology_greeting_id:
    'The uploaded greeting that they hear when no channel came free; the call ends after it. Default: the tone for busy channels.',
}

const counts = {
  waiting_until: instant
    .nullable()
    .describe('Until when an active campaign waits for its `start_at`; null when it does not wait.'),
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
  title: z.string().describe(about.title),
  name: z.string().describe(about.name),
  description: z.string().nullable().describe(about.description),
  segment: z.string().nullable().describe(about.segment),
  target_city: z.string().nullable().describe(about.target_city),
  agent_persona: z.string().nullable().describe(about.agent_persona),
  channels: z.array(z.string()).describe('How contacts are reached.'),
  contact_list_id: id.nullable().describe(about.contact_list_id),
  sip_provider_id: id.nullable().describe(about.sip_provider_id),
  greeting_file_id: id.nullable().describe(about.greeting_file_id),
  greeting_file_url: z.string().nullable().describe(about.greeting_file_url),
  greeting_file_name: z.string().nullable().describe("Name of the greeting's file."),
  transfer_number: z.string().nullable().describe(about.transfer_number),
  transfer_numbers: z.array(z.string()).describe(about.transfer_numbers),
  transfer_order: z.enum(['in_order', 'round_robin']).describe(about.transfer_order),
  caller_id: z.string().nullable().describe(about.caller_id),
  calling_hours: z
    .object({
      start: z.string().describe('Earliest local time of a call, like `08:00`.'),
      end: z.string().describe('Latest local time a call may start, like `21:00`.'),
      days: z.array(z.string()).describe('Days of the week on which calls are made.'),
    })
    .nullable()
    .describe(about.calling_hours),
  key_map: z.record(z.string(), z.string()).describe(about.key_map),
  retry: z
    .object({
      max_attempts: z.number().int().describe('How many times one contact is called at most, the first call included.'),
      delay_minutes: z.number().int().describe('Minutes between two calls to the same contact.'),
      backoff: z
        .string()
        .describe('`fixed`: each wait is `delay_minutes`. `doubling`: each wait is twice the one before.'),
      max_delay_minutes: z.number().int().describe('The longest wait of `doubling`, in minutes.'),
      on: z.array(z.string()).describe('After which results the contact is called again.'),
    })
    .describe(about.retry),
  start_at: instant.nullable().describe(about.start_at),
  max_concurrent_calls: z.number().int().describe(about.max_concurrent_calls),
  calls_per_second: z.number().describe(about.calls_per_second),
  ring_timeout_seconds: z.number().int().describe(about.ring_timeout_seconds),
  voicemail: z
    .string()
    .describe(
      'What happens when an answering machine answers: `hang_up`. Campaigns made earlier may say `leave_message`, which does the same.',
    ),
  record: z.boolean().describe(about.record),
  transfer_wait_seconds: z.number().int().describe(about.transfer_wait_seconds),
  hold_greeting_id: id.nullable().describe(about.hold_greeting_id),
  apology_greeting_id: id.nullable().describe(about.apology_greeting_id),
  ...counts,
  attempts: z.number().int().describe('Calls made, repeated ones included.'),
  cost_micros: z
    .number()
    .int()
    .describe(
      "What its ended calls cost by the call rates, in millionths of the workspace's currency; calls without a rate are not in it.",
    ),
  connect_rate: z.number().describe('Answered contacts in percent of the dialled ones, with one decimal.'),
  total_outreach: z
    .number()
    .int()
    .describe('People that were contacted: dialled contacts and recorded conversations in writing.'),
  response_rate: z
    .number()
    .describe('Answered conversations in percent of the recorded ones in writing, with one decimal.'),
  click_rate: z
    .number()
    .describe('Conversations with the outcome `clicked` in percent of the recorded ones in writing, with one decimal.'),
  booked_appointments: z.number().int().describe('Appointments made with contacts of the campaign.'),
  created_at: instant.describe('When the campaign was created.'),
  updated_at: instant.describe('When the campaign was last changed.'),
  started_at: instant.nullable().describe('When it was started; null: not yet.'),
  status_reason: z
    .string()
    .nullable()
    .describe(
      'Why the server paused it by itself, or calls fewer contacts than its list has, in a sentence; null when it did not.',
    ),
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

/** The campaign as the sales front-end reads it: a campaign that was not started is a draft. */
export const SalesCampaign = z
  .object({
    ...campaignFields,
    status: z
      .enum(['draft', 'active', 'paused', 'completed', 'stopped'])
      .describe('As for a campaign elsewhere, except that one not yet started is a `draft`.'),
  })
  .meta({ id: 'SalesCampaign' })

/** The counts are absolute, so a newer event replaces an older one. */
export const CampaignProgress = z
  .object({
    campaign_id: id.describe('The campaign.'),
    status: z.enum(statuses).describe("The campaign's status."),
    ...counts,
  })
  .meta({ id: 'CampaignProgress' })

export type Campaign = z.output<typeof Campaign>
export type CampaignProgress = z.output<typeof CampaignProgress>
