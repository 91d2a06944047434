import { type RawBuilder, sql } from 'kysely'
import { statement, variants } from '../../../platform/database/statement.ts'
import {
  type CallFilter,
  type CallRow,
  type CallSource,
  type DaySum,
  type SumRange,
  inOrder,
  shapeOf,
  transcriptBeginning,
} from '../../telephony/index.ts'

const status = sql`inbox.call_status(a.outcome, a.duration_seconds)`

// Which side called is known only of a campaign's calls.
const columns = (transcript: RawBuilder<unknown>) => sql`
  a.id, 'sales' as source, case when a.campaign_id is not null then 'outbound' end as direction, ${status} as status,
  k.phone_number, a.contact_id, a.customer_name as name, a.campaign_id, c.title as campaign_title, null as client_id,
  null as client_name, a.id as conversation_id, a.occurred_at as started_at, a.occurred_at::text as at, null as answered_at,
  a.occurred_at + make_interval(secs => a.duration_seconds) as ended_at, a.duration_seconds, null as key, false as transferred,
  null as transfer_number, null as cause, a.outcome, null as cost_micros, null::jsonb as quality, ${transcript} as transcript,
  null as recording_file_id, null as recording_filename, null as recording_url`

const joined = sql`
  left join contacts.contacts k on k.workspace_id = a.workspace_id and k.id = a.contact_id
  left join campaigns.campaigns c on c.workspace_id = a.workspace_id and c.id = a.campaign_id`

export const list = variants(
  'sales.call_log',
  (_, p: CallFilter, shape: ReturnType<typeof shapeOf>) => sql<CallRow>`
  with page as (
    select a.* from inbox.conversations a
     where a.channel = 'phone'
       ${shape.by_status ? sql`and ${status} = ${p.status}` : sql``}
       ${shape.outbound ? sql`and a.campaign_id is not null` : sql``}
       ${shape.of_campaign ? sql`and a.campaign_id = ${p.campaign_id}::uuid` : sql``}
       ${shape.of_contact ? sql`and a.contact_id = ${p.contact_id}::uuid` : sql``}
       ${shape.of_number ? sql`and a.contact_id = any(${p.number_contacts}::uuid[])` : sql``}
       ${shape.searched ? sql`and a.contact_id = any(${p.found_contacts}::uuid[])` : sql``}
       ${inOrder(p, shape, sql`a.occurred_at`, sql`a.id`)}
  )
  select ${columns(sql`left(a.transcript, ${sql.lit(transcriptBeginning)})`)} from page a ${joined}`,
)

const find = statement(
  'sales.call_log_entry',
  (_, p: { id: string }) => sql<CallRow>`
  select ${columns(sql`a.transcript`)} from inbox.conversations a ${joined} where a.channel = 'phone' and a.id = ${p.id}::uuid`,
)

const sums = statement(
  'sales.call_log_sums',
  (_, p: SumRange) => sql<DaySum>`
  select to_char((quarter at time zone ${p.tz})::date, 'YYYY-MM-DD') as date, sum(calls)::bigint as calls,
         sum(answered)::bigint as answered, sum(seconds)::float8 as seconds, 0 as cost_micros
    from inbox.call_sums where quarter >= ${p.from}::date::timestamp at time zone ${p.tz} group by 1`,
)

/** The conversations by telephone. Their numbers are those of their contacts. */
export const salesCallSource: CallSource = {
  source: 'sales',
  list: (filter) =>
    filter.direction === 'inbound' || filter.client_id !== null ? null : list(shapeOf(filter)).call(filter),
  find: (p) => find.call(p),
  sums: (p) => sums.call(p),
}
