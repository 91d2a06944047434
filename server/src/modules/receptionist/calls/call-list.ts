import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement, variants } from '../../../platform/database/statement.ts'
import { invalidField } from '../../../platform/errors.ts'
import { byTime, readTimeCursor, toPage } from '../../../platform/http/page.ts'
import { workspaceDefaults } from '../../identity/index.ts'
import { callColumns } from './calls.ts'
import type { Call, CallExportQuery, CallQuery } from './schema.ts'

interface Filter {
  client_id: string | null
  sentiment: string | null
  from: string | null
  until: string | null
}

type FilterShape = {
  of_client: boolean
  by_sentiment: boolean
  since: boolean
  until: boolean
}

const matching = (p: Filter, shape: FilterShape) => sql`
  true ${shape.of_client ? sql`and client_id = ${p.client_id}` : sql``}
       ${shape.by_sentiment ? sql`and sentiment = ${p.sentiment}` : sql``}
       ${shape.since ? sql`and started_at >= ${p.from}::timestamptz` : sql``}
       ${shape.until ? sql`and started_at < ${p.until}::timestamptz` : sql``}`

interface Continued {
  before_at: string | null
  before_id: string | null
}

export const list = variants(
  'receptionist.calls.list',
  (_, p: Filter & Continued & { limit: number; offset: number }, shape: FilterShape & { continued: boolean }) =>
    sql<Call & { at: string }>`
      select ${callColumns}, started_at::text as at from receptionist.calls
       where ${matching(p, shape)}
         ${shape.continued ? sql`and (started_at, id) < (${p.before_at}::timestamptz, ${p.before_id}::uuid)` : sql``}
       order by started_at desc, id desc limit ${p.limit} offset ${p.offset}`,
)

type SumShape = FilterShape & { sentiment: string }
const summed = (shape: SumShape) => sql.ref(shape.sentiment || 'calls')
const ofClient = (p: Filter, shape: FilterShape) =>
  shape.of_client ? sql`client_id = ${p.client_id}` : sql`client_id is null`

export const countAll = variants(
  'receptionist.calls.count_all',
  (_, p: Filter, shape: SumShape) =>
    sql<{ total: number }>`
      select coalesce(sum(${summed(shape)}), 0)::bigint as total from receptionist.call_sums
       where ${ofClient(p, shape)} and quarter is null`,
)

/** The start of the first quarter of an hour that is entirely within the range, and the end of the last one. */
interface Quarters {
  first: string | null
  last: string | null
}

const quartersIn = (p: Filter & Quarters, shape: FilterShape) => sql`
  ${ofClient(p, shape)} and quarter is not null
  ${shape.since ? sql`and quarter >= ${p.first}::timestamptz` : sql``}
  ${shape.until ? sql`and quarter < ${p.last}::timestamptz` : sql``}`

// Entire quarters are counted from the sums. Only the calls before the first and after the last quarter are counted one by one.
export const countRange = variants('receptionist.calls.count_range', (_, p: Filter & Quarters, shape: SumShape) => {
  const among = (from: RawBuilder<unknown>, until: RawBuilder<unknown>) => sql`(
    select count(*) from receptionist.calls
     where ${matching(p, { ...shape, since: false, until: false })} and started_at >= ${from} and started_at < ${until})`
  const [from, until] = [sql`${p.from}::timestamptz`, sql`${p.until}::timestamptz`]
  const [first, last] = [sql`${p.first}::timestamptz`, sql`${p.last}::timestamptz`]
  return sql<{ total: number }>`
      select (coalesce((select sum(${summed(shape)}) from receptionist.call_sums where ${quartersIn(p, shape)}), 0)
              + ${shape.since ? among(from, sql`least(${first}, ${until})`) : sql`0`}
              + ${shape.until ? among(sql`greatest(${first}, ${last})`, until) : sql`0`})::bigint as total`
})

// Sorted in index order: for the planner it is not enough that all rows have the same client.
/** Returns the quarter of an hour that contains the call at the offset, and the number of calls before that quarter. */
export const findQuarter = variants(
  'receptionist.calls.find_quarter',
  (_, p: Filter & Quarters & { offset: number }, shape: SumShape) => {
    const calls = summed(shape)
    return sql<{ ends_at: string; skipped: number }>`
      select quarter + interval '15 minutes' as ends_at, (upto - calls)::bigint as skipped
        from (select client_id, quarter, calls, sum(calls) over (order by client_id desc, quarter desc) as upto
                from (select client_id, quarter, ${calls} as calls from receptionist.call_sums
                       where ${quartersIn(p, shape)} and ${calls} > 0
                       order by client_id desc, quarter desc limit ${p.offset}::bigint + 1) newest) summed
       where upto > ${p.offset}::bigint order by client_id desc, quarter desc limit 1`
  },
)

const zoneInstant = statement(
  'receptionist.calls.zone_instants',
  (_, p: { from: string | null; until: string | null; tz: string }) =>
    sql<{ from: string | null; until: string | null }>`
    select (${p.from}::date::timestamp at time zone ${p.tz}) as from, ((${p.until}::date + 1)::timestamp at time zone ${p.tz}) as until`,
)

/** Returns a page of calls, newest first, by page number or by cursor. Throws 400 when the end is before the start. */
export async function listCalls(ctx: Ctx, query: CallQuery) {
  const per_page = query.per_page ?? query.limit ?? 50
  const page = query.page ?? 1
  const { filter, shape } = await filterOf(ctx, query)
  const sums = { ...shape, sentiment: filter.sentiment ?? '' }
  const quarters = quartersOf(filter)
  const before = readTimeCursor(query.cursor)
  const readFrom = ({ until, offset }: { until: string | null; offset: number }) =>
    ctx.db.all(list({ ...shape, until: until !== null, continued: before !== null }), {
      ...filter,
      until,
      before_at: before?.at ?? null,
      before_id: before?.id ?? null,
      limit: per_page + 1,
      offset,
    })
  const readFar = async (offset: number) => {
    const found = await ctx.db.maybe(findQuarter(sums), { ...filter, ...quarters, offset })
    return found ? readFrom({ until: found.ends_at, offset: offset - found.skipped }) : []
  }
  const offset = before === null ? (page - 1) * per_page : 0
  const isSame = (one: string | null, other: string | null) =>
    one === other || Date.parse(one ?? '') === Date.parse(other ?? '')
  const inSums = isSame(quarters.first, filter.from) && isSame(quarters.last, filter.until)
  const rows = await (inSums && offset > farOffset ? readFar(offset) : readFrom({ until: filter.until, offset }))
  const { total } = await (shape.since || shape.until
    ? ctx.db.one(countRange(sums), { ...filter, ...quarters })
    : ctx.db.one(countAll(sums), filter))
  return { ...toPage(rows, per_page, byTime), total, page, per_page }
}

/** Returns all calls that match, newest first, in batches of `size`. Throws like `listCalls`, before the first batch. */
export async function readInBatches(ctx: Ctx, query: CallExportQuery, size: number): Promise<AsyncGenerator<Call[]>> {
  const { filter, shape } = await filterOf(ctx, query)
  const readAfter = (last: (Call & { at: string }) | undefined) =>
    ctx.db.all(list({ ...shape, continued: last !== undefined }), {
      ...filter,
      before_at: last?.at ?? null,
      before_id: last?.id ?? null,
      limit: size,
      offset: 0,
    })
  const first = await readAfter(undefined)
  return batches()

  async function* batches() {
    for (let batch = first; batch.length > 0; batch = await readAfter(batch.at(-1))) {
      yield batch
      if (batch.length < size) return
    }
  }
}

async function filterOf(ctx: Ctx, query: CallExportQuery): Promise<{ filter: Filter; shape: FilterShape }> {
  const range = await rangeOf(ctx, query)
  const filter = { client_id: query.client_id ?? null, sentiment: query.sentiment ?? null, ...range }
  const shape = {
    of_client: filter.client_id !== null,
    by_sentiment: filter.sentiment !== null,
    since: filter.from !== null,
    until: filter.until !== null,
  }
  return { filter, shape }
}

const quarterMs = 15 * 60_000
/** From this offset on, the sums are used to find the start of a page instead of reading all calls before it. */
const farOffset = 1000

function quartersOf({ from, until }: Filter): Quarters {
  const toQuarter = (at: string, round: (quarters: number) => number) =>
    new Date(round(Date.parse(at) / quarterMs) * quarterMs).toISOString()
  return { first: from && toQuarter(from, Math.ceil), last: until && toQuarter(until, Math.floor) }
}

async function rangeOf(
  ctx: Ctx,
  { start_date, end_date, tz }: CallExportQuery,
): Promise<{ from: string | null; until: string | null }> {
  const isDate = (text: string | undefined) => text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text)
  const dates = {
    from: isDate(start_date) ? (start_date as string) : null,
    until: isDate(end_date) ? (end_date as string) : null,
  }
  const days =
    dates.from || dates.until
      ? await ctx.db.one(zoneInstant, { ...dates, tz: tz ?? (await workspaceDefaults(ctx)).time_zone })
      : dates
  const from = dates.from ? days.from : (start_date ?? null)
  // The end time is inclusive, so the range ends just after it.
  const until = dates.until ? days.until : end_date ? new Date(Date.parse(end_date) + 1).toISOString() : null
  if (from && until && Date.parse(from) >= Date.parse(until))
    throw invalidField('query.end_date', 'end_date is before start_date.')
  return { from, until }
}
