import { sql } from 'kysely'
import { statement, variants } from '../../../platform/database/statement.ts'
import {
  type CallFilter,
  type CallRow,
  type CallSource,
  type DaySum,
  type SumRange,
  inOrder,
  shapeOf,
} from '../../telephony/index.ts'

const columns = sql`
  a.id, 'test' as source, 'outbound' as direction, case a.status when 'queued' then 'dialling' else a.status end as status,
  a.phone_number, null as contact_id, null as name, a.campaign_id, c.title as campaign_title, null as client_id, null as client_name,
  null as conversation_id, a.created_at as started_at, a.created_at::text as at, a.answered_at, a.ended_at, a.duration_seconds, a.key,
  a.transferred_at is not null as transferred, a.transfer_number, a.cause, null as outcome, a.cost_micros, a.quality, null as transcript,
  null as recording_file_id, null as recording_filename, null as recording_url`

const joined = sql`left join campaigns.campaigns c on c.workspace_id = a.workspace_id and c.id = a.campaign_id`

const list = variants(
  'campaigns.test_calls.call_log',
  (_, p: CallFilter, shape: ReturnType<typeof shapeOf>) => sql<CallRow>`
  select ${columns} from campaigns.test_calls a ${joined}
   where true
       ${shape.by_status ? sql`and a.status = ${p.status}` : sql``}
       ${shape.of_campaign ? sql`and a.campaign_id = ${p.campaign_id}::uuid` : sql``}
       ${shape.of_number ? sql`and a.phone_number = any(${p.numbers}::text[])` : sql``}
       ${shape.searched ? sql`and a.phone_number = any(${p.found_numbers}::text[])` : sql``}
       ${inOrder(p, shape, sql`a.created_at`, sql`a.id`)}`,
)

const find = statement(
  'campaigns.test_calls.call_log_entry',
  (_, p: { id: string }) =>
    sql<CallRow>`select ${columns} from campaigns.test_calls a ${joined} where a.id = ${p.id}::uuid`,
)

const sums = statement(
  'campaigns.test_calls.call_sums',
  (_, p: SumRange) => sql<DaySum>`
  select to_char((created_at at time zone ${p.tz})::date, 'YYYY-MM-DD') as date, count(*) as calls, count(answered_at) as answered,
         coalesce(sum(duration_seconds), 0)::float8 as seconds, coalesce(sum(cost_micros), 0)::bigint as cost_micros
    from campaigns.test_calls
   where created_at >= ${p.from}::date::timestamp at time zone ${p.tz} and invite_at is not null group by 1`,
)

/** The test calls. They belong to no contact. */
export const testCallSource: CallSource = {
  source: 'test',
  list: (filter) =>
    filter.direction === 'inbound' || filter.client_id !== null || filter.contact_id !== null
      ? null
      : list(shapeOf(filter)).call(filter),
  find: (p) => find.call(p),
  sums: (p) => sums.call(p),
}
