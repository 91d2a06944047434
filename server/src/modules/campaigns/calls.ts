import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement, variants } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { readCursor, toPage } from '../../platform/http/page.ts'
import { fileUrl } from '../files/index.ts'
import { type StoredQuality, withWarning } from '../telephony/index.ts'
import { isFinished, isQueued } from './engine/transitions.ts'
import type { CallStatus, CampaignCall } from './call-schema.ts'

interface CallRow extends Omit<CampaignCall, 'recording_url' | 'quality'> {
  quality: StoredQuality | null
  first_name: string | null
  last_name: string | null
  recording_file_id: string | null
  recording_filename: string | null
}

interface Parameters {
  campaign_id: string
  statuses: readonly string[] | null
  before: string | null
  limit: number
}

// A stopped campaign makes no more calls, so its queued calls are listed as cancelled.
const status = sql`case when c.status = 'stopped' and ${isQueued('t')} then 'cancelled' else t.status end`

const list = variants(
  'campaigns.list_calls',
  (_, p: Parameters, shape: { of_status: boolean; continued: boolean }) =>
    sql<CallRow>`
    select t.id, t.contact_id, t.phone_number, ${status} as status, t.attempts, t.answered_at, a.ended_at, a.duration_seconds, a.cost_micros,
           a.key, t.transferred_at is not null as transferred,
           case when t.transfer_wait_began_at is not null then round(t.transfer_wait_ms / 1000.0, 1)::float8 end as transfer_wait_seconds,
           t.transfer_lost, t.cause, a.quality, k.first_name, k.last_name,
           f.id as recording_file_id, f.filename as recording_filename,
           case when not (${isFinished('t')}) and c.status <> 'stopped' then t.next_attempt_at end as next_attempt_at
      from campaigns.targets t
      join campaigns.campaigns c on c.workspace_id = t.workspace_id and c.id = t.campaign_id
      left join contacts.contacts k on k.workspace_id = t.workspace_id and k.id = t.contact_id
      left join campaigns.attempts a on a.workspace_id = t.workspace_id and a.id = t.last_attempt_id
      left join files.files f on f.workspace_id = a.workspace_id and f.id = a.recording_file_id
     where t.campaign_id = ${p.campaign_id}
           ${shape.of_status ? sql`and ${status} = any (${p.statuses}::text[])` : sql``}
           ${shape.continued ? sql`and t.id < ${p.before}` : sql``}
     order by t.id desc limit ${p.limit}`,
)

const exists = statement('campaigns.exists', (db, p: { id: string }) =>
  db.selectFrom('campaigns.campaigns').select('id').where('id', '=', p.id),
)

/** Returns the contacts of a campaign with the result of their last call. The contacts enrolled last come first. */
export async function listCalls(
  ctx: Ctx,
  campaignId: string,
  query: { limit: number; cursor?: string | undefined; status?: CallStatus | readonly CallStatus[] | undefined },
) {
  const before = readCursor(query.cursor)
  if (!(await ctx.db.maybe(exists, { id: campaignId }))) missing('campaign')
  const rows = await readCalls(ctx, {
    campaign_id: campaignId,
    statuses: query.status === undefined ? null : [query.status].flat(),
    before,
    limit: query.limit + 1,
  })
  return toPage(rows, query.limit)
}

export async function readCalls(
  ctx: Ctx,
  p: Parameters,
): Promise<(CampaignCall & Pick<CallRow, 'first_name' | 'last_name'>)[]> {
  const rows = await ctx.db.all(list({ of_status: p.statuses !== null, continued: p.before !== null }), p)
  return rows.map(({ recording_file_id: id, recording_filename: filename, ...call }) => ({
    ...call,
    quality: withWarning(call.quality),
    recording_url: id && filename ? fileUrl({ id, filename }) : null,
  }))
}
