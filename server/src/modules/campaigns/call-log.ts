import { type RawBuilder, sql } from 'kysely'
import { statement, variants } from '../../platform/database/statement.ts'
import {
  type CallFilter,
  type CallRow,
  type CallSource,
  type DaySum,
  type SumRange,
  inOrder,
  shapeOf,
} from '../telephony/index.ts'

const columns = sql`
  a.id, 'campaign' as source, 'outbound' as direction, a.status, a.phone_number, t.contact_id, null as name,
  a.campaign_id, c.title as campaign_title, null as client_id, null as client_name, null as conversation_id,
  a.invite_at as started_at, a.invite_at::text as at, a.answered_at, a.ended_at, a.duration_seconds, a.key,
  a.transferred_at is not null as transferred, a.transfer_number, a.cause, null as outcome, a.cost_micros, a.quality, null as transcript,
  f.id as recording_file_id, f.filename as recording_filename, null as recording_url`

const joined = sql`
  join campaigns.campaigns c on c.workspace_id = a.workspace_id and c.id = a.campaign_id
  join campaigns.targets t on t.workspace_id = a.workspace_id and t.id = a.target_id
  left join files.files f on f.workspace_id = a.workspace_id and f.id = a.recording_file_id`

const attemptsOf = (contacts: RawBuilder<unknown>) => sql`
  select o.id from campaigns.targets ot join campaigns.attempts o on o.workspace_id = ot.workspace_id and o.target_id = ot.id
   where ot.contact_id = any(${contacts})`

// A page of attempts first, so that the joins read only its rows.
export const list = variants(
  'campaigns.call_log',
  (_, p: CallFilter, shape: ReturnType<typeof shapeOf>) => sql<CallRow>`
  with page as (
    select a.* from campaigns.attempts a
     where true
       ${shape.by_status ? sql`and a.status = ${p.status}` : sql``}
       ${shape.of_campaign ? sql`and a.campaign_id = ${p.campaign_id}::uuid` : sql``}
       ${shape.of_contact ? sql`and a.id in (${attemptsOf(sql`array[${p.contact_id}::uuid]`)})` : sql``}
       ${shape.of_number ? sql`and a.phone_number = any(${p.numbers}::text[])` : sql``}
       ${
         shape.searched
           ? sql`and a.id in (${attemptsOf(sql`${p.found_contacts}::uuid[]`)}
                 union select n.id from campaigns.attempts n where n.phone_number = any(${p.found_numbers}::text[]))`
           : sql``
       }
       ${inOrder(p, shape, sql`a.invite_at`, sql`a.id`)}
  )
  select ${columns} from page a ${joined}`,
)

const find = statement(
  'campaigns.call_log_entry',
  (_, p: { id: string }) =>
    sql<CallRow>`select ${columns} from campaigns.attempts a ${joined} where a.id = ${p.id}::uuid`,
)

const sums = statement(
  'campaigns.call_sums',
  (_, p: SumRange) => sql<DaySum>`
  select to_char((quarter at time zone ${p.tz})::date, 'YYYY-MM-DD') as date, sum(calls)::bigint as calls,
         sum(answered)::bigint as answered, sum(seconds)::float8 as seconds, sum(cost_micros)::bigint as cost_micros
    from campaigns.call_sums where quarter >= ${p.from}::date::timestamp at time zone ${p.tz} group by 1`,
)

/** Every dial of every campaign. */
export const campaignCallSource: CallSource = {
  source: 'campaign',
  list: (filter) =>
    filter.direction === 'inbound' || filter.client_id !== null ? null : list(shapeOf(filter)).call(filter),
  find: (p) => find.call(p),
  sums: (p) => sums.call(p),
}

/** Adds ended calls of `ended` to the sums: rows with the columns of an attempt. */
export const addToCallSums = (ended: ReturnType<typeof sql>) => sql`
  insert into campaigns.call_sums as s (quarter, calls, answered, seconds, cost_micros)
  select app.quarter_of(invite_at), count(*), count(answered_at), coalesce(sum(duration_seconds), 0), coalesce(sum(cost_micros), 0)::bigint
    from ${ended} where ended_at is not null group by 1 order by 1
  on conflict (workspace_id, quarter) do update
     set calls = s.calls + excluded.calls, answered = s.answered + excluded.answered,
         seconds = s.seconds + excluded.seconds, cost_micros = s.cost_micros + excluded.cost_micros`
