import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { patch, statement, variants } from '../../platform/database/statement.ts'
import { conflict, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { readCursor } from '../../platform/http/page.ts'
import { newId } from '../../platform/id.ts'
import { fileUrl } from '../files/index.ts'
import { memberFilter } from '../identity/index.ts'
import { countColumns } from './counts.ts'
import { isUnclaimed } from './engine/transitions.ts'
import { CampaignChanged } from './events.ts'
import { type CampaignChanges, type NewCampaign } from './input-schema.ts'
import { type Campaign, type CampaignStatus } from './schema.ts'
import { type KeyMap, defaultKeyMap, defaults, retryDefaults } from './settings-schema.ts'
import { type CampaignColumns, resolveReferences } from './references.ts'

type CampaignRow = Omit<Campaign, 'greeting_file_url'> & { greeting_stored_file_id: string | null }

const selectCampaigns = sql`
  select c.id, c.user_id, c.user_id as created_by, c.title, c.title as name, c.description, c.segment, c.target_city, c.agent_persona,
         c.channels, c.status,
         c.status_reason,         c.contact_list_id, c.sip_provider_id, c.greeting_id as greeting_file_id, g.file_id as greeting_stored_file_id,
         g.filename as greeting_file_name, c.transfer_number, c.transfer_numbers, c.transfer_order, c.caller_id, c.calling_hours, c.key_map, c.retry,
         c.max_concurrent_calls, c.calls_per_second::float8 as calls_per_second, c.ring_timeout_seconds, c.voicemail, c.record,
         c.start_at, c.transfer_wait_seconds, c.hold_greeting_id, c.apology_greeting_id, ${countColumns}, c.attempts, c.cost_micros,
         coalesce(round(100.0 * c.answered_calls / nullif(c.total_calls, 0), 1), 0)::float8 as connect_rate,
         c.total_calls + c.messages_sent as total_outreach,
         coalesce(round(100.0 * c.messages_answered / nullif(c.messages_sent, 0), 1), 0)::float8 as response_rate,
         coalesce(round(100.0 * c.messages_clicked / nullif(c.messages_sent, 0), 1), 0)::float8 as click_rate,
         c.booked_appointments, c.created_at, c.updated_at, c.started_at, c.ended_at
    from campaigns.campaigns c
    left join files.greetings g on g.workspace_id = c.workspace_id and g.id = c.greeting_id`

function toCampaign({ greeting_stored_file_id, ...row }: CampaignRow): Campaign {
  const { greeting_file_name: filename } = row
  const url = greeting_stored_file_id && filename ? fileUrl({ id: greeting_stored_file_id, filename }) : null
  return { ...row, retry: { ...retryDefaults, ...row.retry }, greeting_file_url: url }
}

interface CampaignListQuery {
  userId?: string | undefined
  createdBy?: string | undefined
  status?: CampaignStatus | null | undefined
  limit: number
  cursor?: string | undefined
}

const list = variants(
  'campaigns.list',
  (
    _,
    p: { user_id: string | null; status: string | null; before: string | null; limit: number },
    shape: { of_user: boolean; of_status: boolean; continued: boolean },
  ) =>
    sql<CampaignRow>`
      ${selectCampaigns}
       where true ${shape.of_user ? sql`and c.user_id = ${p.user_id}` : sql``}
                  ${shape.of_status ? sql`and c.status = ${p.status}` : sql``}
                  ${shape.continued ? sql`and c.id < ${p.before}` : sql``}
       order by c.id desc limit ${p.limit}`,
)

/** Returns campaigns, newest first; with `userId` or `createdBy` only that member's. Returns one more than `limit` when there are more. */
export async function listCampaigns(
  ctx: Ctx,
  { userId, createdBy, status = null, limit, cursor }: CampaignListQuery,
): Promise<Campaign[]> {
  const before = readCursor(cursor)
  const user_id = (await memberFilter(ctx, userId)) ?? createdBy ?? null
  const shape = { of_user: user_id !== null, of_status: status !== null, continued: before !== null }
  const rows = await ctx.db.all(list(shape), {
    user_id,
    status,
    before,
    limit: limit + 1,
  })
  return rows.map(toCampaign)
}

const find = statement(
  'campaigns.find',
  (_, p: { id: string }) => sql<CampaignRow>`${selectCampaigns} where c.id = ${p.id}`,
)

export async function getCampaign(ctx: Ctx, id: string): Promise<Campaign> {
  return toCampaign((await ctx.db.maybe(find, { id })) ?? missing('campaign'))
}

/** The columns that members may set. */
const columns = [
  'title',
  'description',
  'segment',
  'target_city',
  'agent_persona',
  'channels',
  'contact_list_id',
  'sip_provider_id',
  'greeting_id',
  'transfer_number',
  'transfer_numbers',
  'transfer_order',
  'caller_id',
  'calling_hours',
  'key_map',
  'retry',
  'max_concurrent_calls',
  'calls_per_second',
  'ring_timeout_seconds',
  'voicemail',
  'record',
  'start_at',
  'transfer_wait_seconds',
  'hold_greeting_id',
  'apology_greeting_id',
] as const

const insert = statement(
  'campaigns.insert',
  (_, p: { id: string; values: string }) =>
    sql`insert into campaigns.campaigns (id, ${sql.join(columns.map((column) => sql.ref(column)))})
      select ${p.id}, ${sql.join(columns.map((column) => sql.ref(`v.${column}`)))}
        from jsonb_populate_record(null::campaigns.campaigns, ${p.values}::jsonb) v`,
)

/** Throws 400 or 404 when the input refers to something that does not exist. */
export async function createCampaign(ctx: Ctx, input: NewCampaign): Promise<Campaign> {
  const id = newId()
  const given = await resolveReferences(ctx, input, { sip_provider_id: null, caller_id: null })
  const values = {
    channels: ['phone'],
    voicemail: 'hang_up',
    record: false,
    transfer_numbers: [],
    transfer_order: 'in_order',
    ...defaults,
    key_map: defaultKeyMap(Boolean(given.transfer_number)),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  }
  await ctx.db.all(insert, { id, values: JSON.stringify(values) })
  return getCampaign(ctx, id)
}

interface Present {
  status: CampaignStatus
  sip_provider_id: string | null
  caller_id: string | null
  key_map: KeyMap
}

const lock = statement(
  'campaigns.lock',
  (_, p: { id: string }) =>
    sql<Present>`
    select status, sip_provider_id, caller_id, key_map from campaigns.campaigns where id = ${p.id} for no key update`,
)

const update = statement(
  'campaigns.update',
  (_, p: { id: string; changes: string }) =>
    sql`update campaigns.campaigns c set ${patch('c', columns, p.changes)} where id = ${p.id}`,
)

// Contacts that were deferred because of the calling hours are due again under the new ones.
const reconsider = statement(
  'campaigns.reconsider_hours',
  (_, p: { id: string }) =>
    sql`update campaigns.targets t set next_attempt_at = deferred_from, deferred_from = null
       where campaign_id = ${p.id} and deferred_from is not null and ${isUnclaimed('t')}`,
)

const texts = new Set<string>(['title', 'description', 'segment', 'target_city', 'agent_persona'])

/**
 * Changes only the fields that were sent. Before the start all fields may change. After the start, all except the contact
 * list and the channels may change, and apply to later calls. After the end only the texts may change. Throws 409
 * otherwise.
 */
export async function updateCampaign(ctx: Ctx, id: string, input: CampaignChanges): Promise<Campaign> {
  const campaign = (await ctx.db.maybe(lock, { id })) ?? missing('campaign')
  const changes = withTransferKey(await resolveReferences(ctx, input, campaign), campaign.key_map)
  const names = Object.keys(changes).filter((name) => changes[name as keyof typeof changes] !== undefined)
  const { status } = campaign
  if (status !== 'pending' && (names.includes('contact_list_id') || names.includes('channels'))) {
    throw conflict(
      'campaign_started',
      'The contact list of a campaign that was started cannot be replaced. Add contacts to its list, or make another campaign.',
    )
  }
  if ((status === 'completed' || status === 'stopped') && names.some((name) => !texts.has(name))) {
    throw conflict(
      'campaign_ended',
      'The campaign has ended. Only its title, description, segment, city and persona can still change.',
    )
  }
  await ctx.db.all(update, { id, changes: JSON.stringify(changes) })
  if (names.includes('calling_hours')) await ctx.db.all(reconsider, { id })
  if (status === 'active' || status === 'paused') emit(ctx, CampaignChanged, { campaign_id: id })
  return getCampaign(ctx, id)
}

/** Maps key 1 to the transfer when a campaign gets its first transfer number and no key leads to it. */
function withTransferKey(changes: CampaignColumns, keyMap: KeyMap): CampaignColumns {
  const isReachable = keyMap['1'] !== undefined || Object.values(keyMap).includes('transfer')
  if (!changes.transfer_number || changes.key_map !== undefined || isReachable) return changes
  return { ...changes, key_map: { ...keyMap, '1': 'transfer' } }
}

const remove = statement(
  'campaigns.delete',
  (_, p: { id: string }) => sql`delete from campaigns.campaigns where id = ${p.id}`,
)

/** Deletes a campaign with its calls and counts. Throws 409 while it is active. */
export async function deleteCampaign(ctx: Ctx, id: string): Promise<void> {
  const { status } = (await ctx.db.maybe(lock, { id })) ?? missing('campaign')
  if (status === 'active') throw conflict('campaign_active', 'Stop the campaign before you delete it.')
  await ctx.db.all(remove, { id })
}

const countCalls = statement(
  'campaigns.count_calls',
  (_, p: { user_id: string }) =>
    sql<{
      total: number
    }>`select coalesce(sum(total_calls), 0)::bigint as total from campaigns.campaigns where user_id = ${p.user_id}`,
)

/** Returns the number of contacts that a member's campaigns have dialled. */
export async function countCallsOf(ctx: Ctx, userId: string): Promise<{ totalCalls: number }> {
  await memberFilter(ctx, userId)
  const { total } = await ctx.db.one(countCalls, { user_id: userId })
  return { totalCalls: total }
}
