import { changeStatus, statusIn, statusOperations } from '../campaigns.ts'
import { type Item, type TableView, owned, reads, written, textOf } from '../table.ts'
import { byUser, newestFirst } from './numbers.ts'

/** The words of the call log in the dialer's screens. */
const callWords: Record<string, string> = {
  answered: 'human',
  completed: 'human',
  transferred: 'human',
  no_answer: 'noanswer',
}

export const callLogs: TableView = {
  name: 'call_logs',
  of: ['calling'],
  about: 'The calls of the campaigns of the workspace, each dial by itself.',
  columns: {
    id: reads('id'),
    campaign_id: reads('campaign_id'),
    user_id: reads('user_id', 'The caller: the log is that of the workspace.'),
    contact_id: reads('contact_id'),
    phone_number: reads('phone_number'),
    status: reads(
      ({ status }) => callWords[status] ?? status,
      '`human` when the contact answered, `noanswer`, `busy`, `failed`, …',
    ),
    duration: reads(({ duration_seconds }) => duration_seconds ?? 0, 'Seconds.'),
    notes: reads('cause'),
    transfer_requested: reads(({ transferred, transfer_number }) => Boolean(transferred || transfer_number)),
    transfer_successful: reads(({ transferred }) => Boolean(transferred)),
    recording_url: reads('recording_url'),
    answered_at: reads('answered_at'),
    created_at: reads('started_at', 'When it was dialled.'),
  },
  list: {
    operation: 'listCallLog',
    query: { source: 'campaign' },
    filters: { campaign_id: 'campaign_id', contact_id: 'contact_id', phone_number: 'phone_number' },
    order: newestFirst,
    form: 'list',
    items: async ({ data }, _eq, env) => {
      const { userId } = await env.actor()
      return (data as Item[]).map((call) => ({ ...call, user_id: userId }))
    },
  },
  refuses: {
    insert: 'Calls are logged by the engine.',
    update: 'Calls are logged by the engine.',
    remove: 'Calls are logged by the engine.',
  },
}

export const callQuality: TableView = {
  name: 'call_quality_metrics',
  of: ['calling'],
  about: 'The sound of the calls of campaigns that were measured; each figure is that of the worse direction.',
  columns: {
    id: reads('id'),
    call_id: reads('id'),
    campaign_id: reads('campaign_id'),
    port_id: reads(() => null),
    device_id: reads(() => null),
    jitter_ms: reads(({ quality }) => quality.jitter_ms),
    latency_ms: reads(
      ({ quality }) => quality.round_trip_ms,
      'The round trip; null when the other side sent no report.',
    ),
    packet_loss_percent: reads(({ quality }) => quality.loss_percent),
    mos_score: reads(({ quality }) => quality.mos, 'The estimated mean opinion score, 1 to 4.5.'),
    created_at: reads('started_at', 'When the call was dialled.'),
  },
  list: {
    operation: 'listCallLog',
    query: { source: 'campaign' },
    filters: { campaign_id: 'campaign_id' },
    order: newestFirst,
    form: 'list',
    items: ({ data }) => (data as Item[]).filter(({ quality }) => quality !== null && quality !== undefined),
  },
  refuses: {
    insert: 'The server measures the quality of calls itself.',
    update: 'The server measures the quality of calls itself.',
    remove: 'The server measures the quality of calls itself.',
  },
}

/** A campaign that was started once is the job of its dialer. */
export const dialerJobs: TableView = {
  name: 'dialer_jobs',
  of: ['calling'],
  about: 'Campaigns that were started, as jobs. `id` is the id of the campaign. Inserting one starts the campaign.',
  columns: {
    id: owned('id'),
    campaign_id: written('id', () => ({})),
    user_id: owned('user_id'),
    status: written(
      ({ status }) => statusIn('calling', status),
      () => ({}),
      'Set running, paused or cancelled.',
    ),
    total_calls: owned('contacts'),
    completed_calls: owned(({ contacts, progress }) => Math.round((contacts * progress) / 100)),
    successful_calls: owned('answered_calls'),
    failed_calls: owned('failed_calls'),
    max_concurrent_calls: owned('max_concurrent_calls'),
    available_ports: owned('max_concurrent_calls'),
    start_time: owned('started_at'),
    end_time: owned('ended_at'),
    created_at: owned('started_at'),
    updated_at: owned('updated_at'),
  },
  list: {
    operation: 'listCampaigns',
    filters: byUser,
    form: 'list',
    items: (answer) => ((Array.isArray(answer) ? answer : answer.data) as Item[]).filter(wasStarted),
  },
  one: { operation: 'getCampaign', param: 'id', also: ['campaign_id'], isRow: wasStarted },
  insert: {
    operation: 'startCampaign',
    also: [...statusOperations, 'getCampaign'],
    example: { campaign_id: '0199b0a0-0000-7000-8000-000000000001', status: 'pending' },
    run: async (env, { campaign_id }) =>
      changeStatus(env, await env.call('getCampaign', { params: { id: textOf(campaign_id) } }), 'running'),
  },
  update: {
    operation: 'stopCampaign',
    also: statusOperations,
    example: { status: 'cancelled' },
    run: (env, item, { status }) => (status === undefined ? Promise.resolve(item) : changeStatus(env, item, status)),
  },
  refuses: { remove: 'Delete the campaign instead.' },
}

function wasStarted({ started_at }: Item): boolean {
  return started_at !== null
}

const inProgress = ['dialling', 'ringing', 'answered', 'transferred']
/** Campaigns that are asked for their calls in progress at once. */
const campaignsAtOnce = 20

export const activeCalls: TableView = {
  name: 'active_calls',
  of: ['calling'],
  about: `Calls in progress, of one campaign with a filter on \`campaign_id\`, else of up to ${campaignsAtOnce} campaigns.`,
  columns: {
    id: reads('id'),
    campaign_id: reads('campaign_id'),
    contact_id: reads('contact_id'),
    phone_number: reads('phone_number'),
    port_id: reads('sip_provider_id'),
    transfer_number_id: reads(() => null),
    transfer_number: reads('transfer_number'),
    status: reads(({ status }) => (status === 'answered' || status === 'transferred' ? 'active' : status)),
    call_result: reads(({ transferred }) => (transferred ? 'transferred' : null)),
    start_time: reads('answered_at'),
    end_time: reads('ended_at'),
  },
  list: {
    operation: 'listCampaignCalls',
    also: ['listCampaigns', 'getCampaign'],
    form: 'list',
    async run({ call }, eq) {
      const wanted = eq.get('campaign_id')
      const campaigns: Item[] = wanted
        ? [await call('getCampaign', { params: { id: wanted } })]
        : (await call('listCampaigns', { query: { limit: '200' } })).data
      const running = campaigns
        .filter(({ status }) => status === 'active' || status === 'paused')
        .slice(0, campaignsAtOnce)
      const calls: Item[] = []
      for (const { id, sip_provider_id, transfer_number } of running) {
        for (const status of inProgress) {
          const { data } = await call('listCampaignCalls', { params: { id }, query: { status, limit: '200' } })
          calls.push(...(data as Item[]).map((one) => ({ ...one, campaign_id: id, sip_provider_id, transfer_number })))
        }
      }
      return calls.filter(({ ended_at }) => ended_at === null)
    },
  },
  refuses: {
    insert: 'Calls are made by the engine. Start a campaign.',
    update: 'Calls are made by the engine.',
    remove: 'Calls are made by the engine.',
  },
}
