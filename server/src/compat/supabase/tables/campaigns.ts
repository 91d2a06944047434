import { findObject } from '../../../modules/files/index.ts'
import { conflict } from '../../../platform/errors.ts'
import { statusWords } from '../../calling/status.ts'
import { decoded, refusedChange } from '../failure.ts'
import {
  type Env,
  type FrontEndName,
  type Item,
  type TableView,
  field,
  fields,
  fixed,
  ownedFields,
  written,
  textOf,
} from './table.ts'

const isId = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f-]{36}$/i.test(value)

/** The status of a campaign in a front-end's words, from ours. The other words are the same. */
const words: Record<FrontEndName | 'all', Record<string, string>> = {
  calling: statusWords,
  sales: { pending: 'draft' },
  shop: {},
  all: { draft: 'pending' },
}

/** What a client wants when it sets the status to this word. */
const wishes: Record<string, 'run' | 'pause' | 'stop' | 'keep'> = {
  running: 'run',
  in_progress: 'run',
  active: 'run',
  paused: 'pause',
  cancelled: 'stop',
  canceled: 'stop',
  stopped: 'stop',
  pending: 'keep',
  draft: 'keep',
}

export const statusIn = (front: FrontEndName | 'all', status: string): string => words[front][status] ?? status

/** Changes the status by the operations start, pause, resume and stop. Throws for what the server alone sets. */
export async function changeStatus(env: Env, campaign: Item, wanted: unknown): Promise<Item> {
  const wish = wishes[textOf(wanted)]
  const status = campaign.status === 'draft' ? 'pending' : campaign.status
  const run = (operation: string) => env.call(operation, { params: { id: campaign.id } })
  switch (wish) {
    case 'run':
      if (status === 'active') return campaign
      return run(status === 'paused' ? 'resumeCampaign' : 'startCampaign')
    case 'pause':
      return status === 'paused' ? campaign : run('pauseCampaign')
    case 'stop':
      return status === 'stopped' ? campaign : run('stopCampaign')
    case 'keep':
      if (status === 'pending') return campaign
      throw conflict('invalid_transition', `A campaign that is ${status} cannot become ${textOf(wanted)} again.`)
    default:
      throw refusedChange(
        `The status ${JSON.stringify(wanted)} cannot be set.`,
        'Set running, paused or cancelled. The server sets completed by itself.',
      )
  }
}

/** Statuses are changed by verbs; a campaign begins as pending. */
export const statusOperations = ['startCampaign', 'pauseCampaign', 'resumeCampaign', 'stopCampaign'] as const

async function withReferences(env: Env, given: Item): Promise<Item> {
  const body = await withGreeting(env, given)
  if (!isId(body.transfer_number)) return body
  const { phone_number } = await env.call('getTransferNumber', { params: { id: body.transfer_number } })
  return { ...body, transfer_number: phone_number }
}

/** Greetings are named by their id, or by an address of their file: ours, a signed one, or one of the storage. */
function greeting(value: unknown) {
  if (isId(value)) return { greeting_file_id: value }
  const fileId = /\/api\/signed-files\/[0-9a-f-]{36}\.([0-9a-f-]{36})\./.exec(textOf(value ?? ''))?.[1]
  return { greeting_file_url: fileId === undefined ? (value ?? '') : `/api/files/${fileId}/greeting` }
}

/** The address of a greeting in the storage becomes that of its file. */
async function withGreeting(env: Env, body: Item): Promise<Item> {
  const [, bucket, path] =
    /\/storage\/v1\/object\/public\/([\w-]+)\/([^?]+)/.exec(textOf(body.greeting_file_url ?? '')) ?? []
  if (!bucket || !path) return body
  const object = await findObject(env.ctx, bucket, decoded(path))
  return object ? { ...body, greeting_file_url: `/api/files/${object.id}/greeting` } : body
}

/** The campaigns with the columns of all front-ends, and the status in the words of one. */
export const campaigns = (front: FrontEndName | 'all'): TableView => ({
  name: 'campaigns',
  of: ['calling', 'sales'],
  about: 'Campaigns. Setting `status` starts, pauses, resumes or stops; counters are read only.',
  columns: {
    ...ownedFields('id', 'user_id', 'created_by'),
    title: field('title', 'Spring offer'),
    name: written('name', (value) => ({ title: value })),
    ...fields('description', 'segment', 'channels', 'contact_list_id', 'sip_provider_id', 'greeting_file_id'),
    greeting_file_url: written('greeting_file_url', greeting, 'Address of a greeting, or its id.'),
    audio_file_path: written('greeting_file_url', greeting),
    transfer_number: written(
      'transfer_number',
      (value) => ({ transfer_number: value ?? '' }),
      'A number, or the id of a row of `transfer_numbers`.',
    ),
    ...fields('caller_id', 'max_concurrent_calls', 'calls_per_second', 'calling_hours', 'key_map', 'retry', 'record'),
    goip_device_id: written('sip_provider_id', (value) => (value ? { sip_provider_id: value } : {}), 'A SIP provider.'),
    port_number: fixed(1, 'A SIP provider has no ports.'),
    status: written(
      ({ status }) => statusIn(front, status),
      () => ({}),
      'Set running, paused or cancelled.',
    ),
    ...ownedFields(
      'greeting_file_name',
      'progress',
      'contacts',
      'total_calls',
      'answered_calls',
      'transferred_calls',
      'failed_calls',
      'attempts',
      'connect_rate',
      'booked_appointments',
      'status_reason',
      'created_at',
      'updated_at',
      'started_at',
      'ended_at',
    ),
  },
  list: {
    operation: 'listCampaigns',
    filters: { user_id: 'userId', created_by: 'userId' },
    order: { column: 'created_at', descending: true },
    form: 'list',
  },
  one: { operation: 'getCampaign', param: 'id' },
  embeds: {
    contact_lists: {
      table: 'contact_lists',
      cardinality: 'one',
      operations: ['getContactList'],
      items: async ({ call }, { contact_list_id }) =>
        contact_list_id ? [await call('getContactList', { params: { id: contact_list_id } })] : [],
    },
  },
  insert: {
    operation: 'createCampaign',
    also: ['getTransferNumber'],
    example: { title: 'Spring offer', description: 'Customers of March and April', status: 'pending', progress: 0 },
    async run(env, { status }, body) {
      if (status !== undefined && status !== null && wishes[textOf(status)] !== 'keep')
        throw refusedChange('A campaign begins as pending.', 'Insert it, then update its status to running.')
      const { title, ...others } = await withReferences(env, body)
      return env.call('createCampaign', { body: { title, ...others } })
    },
  },
  update: {
    operation: 'updateCampaign',
    also: [...statusOperations, 'getTransferNumber'],
    example: { status: 'paused' },
    async run(env, item, { status }, body) {
      let campaign = item
      if (Object.keys(body).length > 0)
        campaign = await env.call('updateCampaign', {
          params: { id: item.id },
          body: await withReferences(env, body),
        })
      return status === undefined ? campaign : changeStatus(env, campaign, status)
    },
  },
  remove: { operation: 'deleteCampaign' },
})
