import { findObject } from '../../../modules/files/index.ts'
import { campaigns, changeStatus, statusIn, statusOperations } from './campaigns.ts'
import {
  type Env,
  type Item,
  type TableView,
  field,
  fields,
  fixed,
  owned,
  ownedFields,
  reads,
  written,
  textOf,
} from './table.ts'
import { decoded, refusedChange } from '../failure.ts'

const byUser = { user_id: 'userId' }
const newestFirst = { column: 'created_at', descending: true }

const asNumber = (value: unknown) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value)

const transferNumbers: TableView = {
  name: 'transfer_numbers',
  of: ['calling'],
  about: 'Numbers that campaigns transfer to.',
  columns: {
    ...ownedFields('id', 'user_id'),
    name: field('name', 'Front desk'),
    phone_number: field('phone_number', '+15550100123'),
    description: written('description', (value) => ({ description: value ?? '' })),
    ...ownedFields('call_count', 'created_at', 'updated_at'),
  },
  list: { operation: 'listTransferNumbers', filters: byUser, order: newestFirst, form: 'bare' },
  one: { operation: 'getTransferNumber', param: 'id' },
  insert: {
    operation: 'createTransferNumber',
    example: { name: 'Front desk', phone_number: '+15550100123', description: null, call_count: 0 },
  },
  update: { operation: 'updateTransferNumber', example: { name: 'Reception' } },
  remove: { operation: 'deleteTransferNumber' },
}

const contacts: TableView = {
  name: 'contacts',
  of: ['calling'],
  about: 'The contact book.',
  columns: {
    ...ownedFields('id', 'user_id'),
    ...fields('first_name', 'last_name', 'phone_number', 'email', 'notes', 'time_zone', 'tags'),
    ...ownedFields('created_at', 'updated_at'),
  },
  list: {
    operation: 'listContacts',
    filters: { ...byUser, phone_number: 'phone_number', email: 'email' },
    order: newestFirst,
    form: 'list',
  },
  one: { operation: 'getContact', param: 'id' },
  insert: {
    operation: 'createContact',
    example: { first_name: 'Ana', last_name: 'Silva', phone_number: '+15550100200', email: null },
  },
  update: { operation: 'updateContact', example: { last_name: 'Sousa' } },
  remove: { operation: 'deleteContact' },
}

const contactLists: TableView = {
  name: 'contact_lists',
  of: ['calling'],
  about: 'Lists of contacts.',
  columns: {
    ...ownedFields('id', 'user_id'),
    name: field('name', 'Spring customers'),
    description: written('description', (value) => ({ description: value ?? '' })),
    ...ownedFields('contact_count', 'created_at', 'updated_at'),
  },
  list: { operation: 'listContactLists', filters: byUser, order: newestFirst, form: 'bare' },
  one: { operation: 'getContactList', param: 'id' },
  embeds: {
    contact_list_items: {
      table: 'contact_list_items',
      cardinality: 'many',
      operations: ['listContacts'],
      items: ({ call }, { id }) => itemsOfList(call, textOf(id)),
      count: ({ contact_count }) => Number(contact_count),
    },
  },
  insert: { operation: 'createContactList', example: { name: 'Spring customers', description: '' } },
  update: { operation: 'updateContactList', example: { name: 'Summer customers' } },
  remove: { operation: 'deleteContactList' },
}

/** The members of a list; at most one page of them, since they are for looking at. */
async function itemsOfList(call: Env['call'], contact_list_id: string): Promise<Item[]> {
  const { data } = await call('listContacts', { query: { contact_list_id, limit: '200' } })
  return (data as Item[]).map((contact) => ({ contact_list_id, contact }))
}

const contactListItems: TableView = {
  name: 'contact_list_items',
  of: ['calling'],
  about: 'Contacts on lists. `id` is the id of the contact.',
  columns: {
    id: owned(({ contact }) => contact.id),
    contact_list_id: written('contact_list_id', () => ({})),
    contact_id: written(
      ({ contact }) => contact.id,
      () => ({}),
    ),
    created_at: owned(({ contact }) => contact.created_at ?? null),
  },
  key: 'contact_id',
  list: {
    operation: 'listContacts',
    filters: { contact_list_id: 'contact_list_id' },
    required: ['contact_list_id'],
    order: newestFirst,
    form: 'list',
    items: ({ data }, eq) =>
      (data as Item[]).map((contact) => ({ contact_list_id: eq.get('contact_list_id'), contact })),
  },
  embeds: {
    contacts: {
      table: 'contacts',
      cardinality: 'one',
      operations: ['getContact'],
      items: async ({ call }, { contact }) =>
        contact.created_at ? [contact] : [await call('getContact', { params: { id: contact.id } })],
    },
    contact_lists: {
      table: 'contact_lists',
      cardinality: 'one',
      operations: ['getContactList'],
      items: async ({ call }, { contact_list_id }) => [
        await call('getContactList', { params: { id: contact_list_id } }),
      ],
    },
  },
  insert: {
    operation: 'addToContactList',
    example: {
      contact_list_id: '0199b0a0-0000-7000-8000-000000000001',
      contact_id: '0199b0a0-0000-7000-8000-000000000002',
    },
    async run({ call }, { contact_list_id, contact_id }) {
      await call('addToContactList', { params: { id: textOf(contact_list_id) }, body: { contact_ids: [contact_id] } })
      return { contact_list_id, contact: { id: contact_id } }
    },
  },
  remove: {
    operation: 'removeFromContactList',
    run: ({ call }, { contact_list_id, contact }) =>
      call('removeFromContactList', { params: { id: contact_list_id }, body: { contact_ids: [contact.id] } }),
  },
}

/** Greetings that are listed at most: each gets an address of its own to be played at. */
const maxGreetings = 100

const fileIdOf = ({ url }: Item): string => /\/api\/files\/([0-9a-f-]{36})\//.exec(textOf(url))?.[1] ?? ''

/** The greeting with an address that a page can play for 15 minutes. */
async function playable(call: Env['call'], greeting: Item): Promise<Item> {
  const { url } = await call('signFile', { params: { id: fileIdOf(greeting) } })
  return { ...greeting, url }
}

const greetingFiles: TableView = {
  name: 'greeting_files',
  of: ['calling'],
  about:
    'The newest 100 greetings. Upload one to the bucket `greetings` or `voice-app-uploads` first; the row exists then.',
  columns: {
    ...ownedFields('id', 'user_id', 'filename', 'url', 'duration_seconds', 'created_at'),
    file_path: owned(({ path }) => path ?? null, 'Path in its bucket, for a greeting that was uploaded there.'),
    file_type: fixed('audio'),
    file_size: fixed(null),
  },
  list: {
    operation: 'listGreetingFiles',
    also: ['signFile'],
    order: newestFirst,
    form: 'bare',
    run: async ({ call }, eq) => {
      const userId = eq.get('user_id')
      const greetings: Item[] = await call('listGreetingFiles', { query: userId === undefined ? {} : { userId } })
      return Promise.all(greetings.slice(0, maxGreetings).map((greeting) => playable(call, greeting)))
    },
  },
  insert: {
    operation: 'createGreetingFile',
    also: ['listGreetingFiles', 'signFile'],
    example: { filename: 'hello.wav', url: '/storage/v1/object/public/greetings/hello.wav', file_type: 'audio/wav' },
    async run({ call, ctx }, { url }) {
      const [, bucket, path] = /\/storage\/v1\/object\/public\/([\w-]+)\/([^?]+)/.exec(textOf(url)) ?? []
      const object = bucket && path ? await findObject(ctx, bucket, decoded(path)) : undefined
      const greetings: Item[] = object ? await call('listGreetingFiles') : []
      const greeting = greetings.find((one) => fileIdOf(one) === object?.id)
      if (!greeting)
        throw refusedChange('Upload the greeting to the bucket greetings first, and give its public URL as url.')
      return playable(call, { ...greeting, path: object?.path })
    },
  },
  refuses: { update: 'A greeting cannot be changed. Upload another one.' },
  remove: { operation: 'deleteGreetingFile' },
}

const sipProviders: TableView = {
  name: 'sip_providers',
  of: ['calling'],
  about: 'SIP providers. `password` is write-only.',
  columns: {
    ...ownedFields('id', 'user_id'),
    name: field('name', 'Northline'),
    host: field('host', 'sip.example.com'),
    port: written('port', (value) => ({ port: asNumber(value) })),
    username: field('username', 'acme'),
    description: written('description', (value) => ({ description: value ?? '' })),
    password: written(
      () => null,
      (value) => (value ? { password: value } : {}),
      'Write-only: always null.',
    ),
    active: field('active', true),
    ...fields('transport', 'register', 'caller_ids', 'max_concurrent_calls', 'calls_per_second'),
    ...ownedFields('created_at', 'updated_at'),
  },
  list: { operation: 'listSipProviders', filters: byUser, order: newestFirst, form: 'bare' },
  one: { operation: 'getSipProvider', param: 'id' },
  insert: {
    operation: 'createSipProvider',
    example: { name: 'Northline', host: 'sip.example.com', port: '5060', username: 'acme', password: 'secret' },
  },
  update: { operation: 'updateSipProvider', example: { active: false } },
  remove: { operation: 'deleteSipProvider' },
}

/** The words of the call log in the dialer's screens. */
const callWords: Record<string, string> = {
  answered: 'human',
  completed: 'human',
  transferred: 'human',
  no_answer: 'noanswer',
}

const callLogs: TableView = {
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

const callQuality: TableView = {
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
const dialerJobs: TableView = {
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

const activeCalls: TableView = {
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

/** The columns of a provider, as a gateway with one port. */
const portColumns = {
  port_number: fixed(1, 'A SIP provider has no ports.'),
  created_at: owned('created_at'),
  updated_at: owned('updated_at'),
}

const noGateways =
  'A GSM gateway cannot register at this server. Add it as a SIP provider, with its address and credentials, in sip_providers.'

const goipDevices: TableView = {
  name: 'goip_devices',
  of: ['calling'],
  about: 'SIP providers as devices; read only.',
  columns: {
    id: reads('id'),
    user_id: reads('user_id'),
    device_name: reads('name'),
    ip_address: reads('host'),
    created_at: reads('created_at'),
    updated_at: reads('updated_at'),
  },
  list: { operation: 'listSipProviders', filters: byUser, order: newestFirst, form: 'bare' },
  one: { operation: 'getSipProvider', param: 'id' },
  embeds: { goip_ports: { table: 'goip_ports', cardinality: 'many', items: (_, provider) => [provider] } },
  refuses: { insert: noGateways, update: noGateways },
  remove: { operation: 'deleteSipProvider' },
}

const goipPorts: TableView = {
  name: 'goip_ports',
  of: ['calling'],
  about: 'SIP providers as ports, one each; read only.',
  columns: {
    id: reads('id'),
    device_id: reads('id'),
    port_number: reads(() => 1),
    sip_username: reads('username'),
    sip_password: reads(() => null, 'Write-only: always null.'),
    status: reads(({ active }) => (active ? 'available' : 'offline')),
    created_at: reads('created_at'),
    updated_at: reads('updated_at'),
  },
  list: { operation: 'listSipProviders', order: newestFirst, form: 'bare' },
  one: { operation: 'getSipProvider', param: 'id', also: ['device_id'] },
  embeds: { goip_devices: { table: 'goip_devices', cardinality: 'one', items: (_, provider) => [provider] } },
  refuses: { insert: noGateways, update: 'The state of a port is set by the server.', remove: noGateways },
}

const userTrunks: TableView = {
  name: 'user_trunks',
  of: ['calling'],
  about: 'SIP providers as trunks. `sip_pass` is write-only.',
  columns: {
    ...ownedFields('id', 'user_id'),
    trunk_name: written('name', (name) => ({ name })),
    device_ip: written('host', (host) => ({ host })),
    sip_user: written('username', (username) => ({ username })),
    sip_pass: written(
      () => null,
      (password) => (password ? { password } : {}),
      'Write-only: always null.',
    ),
    status: written(
      ({ active }) => (active ? 'active' : 'inactive'),
      (status) => {
        if (status === 'active' || status === 'available') return { active: true }
        if (status === 'inactive') return { active: false }
        throw refusedChange('The status of a trunk is active or inactive; the server knows which is busy.')
      },
    ),
    current_campaign_id: fixed(null, 'Not kept: a provider serves several campaigns.'),
    current_call_id: fixed(null),
    last_used: fixed(null),
    ...portColumns,
  },
  list: { operation: 'listSipProviders', filters: byUser, order: newestFirst, form: 'bare' },
  one: { operation: 'getSipProvider', param: 'id' },
  insert: {
    operation: 'createSipProvider',
    example: {
      trunk_name: 'Gateway',
      device_ip: 'sip.example.com',
      sip_user: 'acme',
      sip_pass: 'secret',
      status: 'active',
    },
    run: ({ call }, _, body) => call('createSipProvider', { body: { port: 5060, ...body } }),
  },
  update: { operation: 'updateSipProvider', example: { status: 'active' } },
  remove: { operation: 'deleteSipProvider' },
}

const campaignPorts: TableView = {
  name: 'campaign_ports',
  of: ['calling'],
  about: 'The SIP provider of each campaign. Inserting one chooses the provider.',
  columns: {
    id: owned('id'),
    campaign_id: written('id', () => ({})),
    port_id: written('sip_provider_id', () => ({})),
    created_at: owned('created_at'),
  },
  list: {
    operation: 'listCampaigns',
    form: 'list',
    items: (answer) => ((Array.isArray(answer) ? answer : answer.data) as Item[]).filter(hasProvider),
  },
  one: { operation: 'getCampaign', param: 'id', also: ['campaign_id'], isRow: hasProvider },
  embeds: {
    goip_ports: {
      table: 'goip_ports',
      cardinality: 'one',
      operations: ['getSipProvider'],
      items: async ({ call }, { sip_provider_id }) => [
        await call('getSipProvider', { params: { id: sip_provider_id } }),
      ],
    },
  },
  insert: {
    operation: 'updateCampaign',
    example: {
      campaign_id: '0199b0a0-0000-7000-8000-000000000001',
      port_id: '0199b0a0-0000-7000-8000-000000000002',
    },
    run: ({ call }, { campaign_id, port_id }) =>
      call('updateCampaign', { params: { id: textOf(campaign_id) }, body: { sip_provider_id: port_id } }),
  },
  refuses: { update: 'Insert the port to choose it.', remove: 'Choose another port instead.' },
}

function hasProvider({ sip_provider_id }: Item): boolean {
  return sip_provider_id !== null
}

const subscriptions: TableView = {
  name: 'subscriptions',
  of: ['calling'],
  about:
    'The subscription of the workspace. Inserting or upserting one chooses the plan; the server sets its status and dates.',
  columns: {
    id: owned('id'),
    user_id: written('user_id', (value) => (value ? { user_id: value } : {})),
    plan_id: field('plan_id', 'free'),
    ...ownedFields('plan_name', 'status', 'current_period_end', 'created_at', 'updated_at'),
  },
  key: 'user_id',
  list: {
    operation: 'getSubscription',
    form: 'one',
    async run(env, eq) {
      const userId = eq.get('user_id') ?? (await env.actor()).userId
      const answer = await env.orNothing(() => env.call('getSubscription', { params: { userId: textOf(userId) } }))
      // It belongs to the workspace, not to the member who chose it.
      return answer ? [{ ...answer, user_id: userId }] : []
    },
  },
  insert: {
    operation: 'choosePlan',
    example: { plan_id: 'free', plan_name: 'Free', status: 'active' },
    conflict: ['user_id'],
  },
  update: {
    operation: 'choosePlan',
    example: { plan_id: 'free' },
    run: ({ call }, item, { plan_id }) => (plan_id ? call('choosePlan', { body: { plan_id } }) : Promise.resolve(item)),
  },
  refuses: { remove: 'Cancel a subscription with POST /api/subscriptions/:userId/cancel.' },
}

const noPayments = 'Payments are recorded when the provider or the operator confirms them, never by a page.'

const payments: TableView = {
  name: 'payments',
  of: ['calling'],
  about: 'Payments of the subscription; read only.',
  columns: {
    id: reads('id'),
    user_id: reads('user_id'),
    plan_id: reads('plan_id'),
    amount: reads('amount'),
    currency: reads('currency'),
    payment_method: reads('payment_method'),
    payment_details: reads('payment_details'),
    status: reads('status'),
    created_at: reads('created_at'),
  },
  list: { operation: 'listPayments', order: newestFirst, form: 'list' },
  refuses: { insert: noPayments, update: noPayments, remove: noPayments },
}

export const callingTables: readonly TableView[] = [
  transferNumbers,
  contacts,
  contactLists,
  contactListItems,
  greetingFiles,
  sipProviders,
  campaigns('calling'),
  callLogs,
  callQuality,
  dialerJobs,
  activeCalls,
  goipDevices,
  goipPorts,
  userTrunks,
  campaignPorts,
  subscriptions,
  payments,
]
