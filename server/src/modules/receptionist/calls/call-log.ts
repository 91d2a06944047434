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

const columns = (transcript: RawBuilder<unknown>) => sql`
  a.id, 'receptionist' as source, 'inbound' as direction, 'completed' as status, a.caller_phone as phone_number, a.contact_id,
  a.caller_name as name, null as campaign_id, null as campaign_title, a.client_id, c.name as client_name, null as conversation_id,
  a.started_at, a.started_at::text as at, a.started_at as answered_at,
  a.started_at + make_interval(secs => a.duration_seconds::float8) as ended_at, a.duration_seconds::float8 as duration_seconds,
  null as key, false as transferred, null as transfer_number, null as cause,
  case a.success when true then 'successful' when false then 'unsuccessful' end as outcome, null as cost_micros, null::jsonb as quality,
  ${transcript} as transcript, null as recording_file_id, null as recording_filename, a.recording_url`

const joined = sql`join receptionist.clients c on c.workspace_id = a.workspace_id and c.id = a.client_id`

export const list = variants(
  'receptionist.call_log',
  (_, p: CallFilter, shape: ReturnType<typeof shapeOf>) => sql<CallRow>`
  with page as (
    select a.* from receptionist.calls a
     where true
       ${shape.of_client ? sql`and a.client_id = ${p.client_id}::uuid` : sql``}
       ${shape.of_contact ? sql`and a.contact_id = ${p.contact_id}::uuid` : sql``}
       ${shape.of_number ? sql`and a.caller_phone = any(${p.numbers}::text[])` : sql``}
       ${
         shape.searched
           ? sql`and a.id in (select o.id from receptionist.calls o where o.contact_id = any(${p.found_contacts}::uuid[])
                 union select o.id from receptionist.calls o where o.caller_phone = any(${p.found_numbers}::text[]))`
           : sql``
       }
       ${inOrder(p, shape, sql`a.started_at`, sql`a.id`)}
  )
  select ${columns(sql`left(a.transcript, ${sql.lit(transcriptBeginning)})`)} from page a ${joined}`,
)

const find = statement(
  'receptionist.call_log_entry',
  (_, p: { id: string }) =>
    sql<CallRow>`select ${columns(sql`a.transcript`)} from receptionist.calls a ${joined} where a.id = ${p.id}::uuid`,
)

const sums = statement(
  'receptionist.call_log_sums',
  (_, p: SumRange) => sql<DaySum>`
  select to_char((quarter at time zone ${p.tz})::date, 'YYYY-MM-DD') as date, sum(calls)::bigint as calls,
         sum(calls)::bigint as answered, sum(seconds)::float8 as seconds, 0 as cost_micros
    from receptionist.call_sums
   where client_id is null and quarter >= ${p.from}::date::timestamp at time zone ${p.tz} group by 1`,
)

/** The logged calls to clients. They were all answered. */
export const receptionistCallSource: CallSource = {
  source: 'receptionist',
  list: (filter) =>
    filter.direction === 'outbound' ||
    filter.campaign_id !== null ||
    (filter.status !== null && filter.status !== 'completed')
      ? null
      : list(shapeOf(filter)).call(filter),
  find: (p) => find.call(p),
  sums: (p) => sums.call(p),
}
