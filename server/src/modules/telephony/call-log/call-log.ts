import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { invalidField, missing } from '../../../platform/errors.ts'
import { byTime, readTimeCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { contactsWithNumber, findContactIds, namesOfContacts, parsePhoneNumber } from '../../contacts/index.ts'
import { fileUrl } from '../../files/index.ts'
import { workspaceDefaults } from '../../identity/index.ts'
import { withWarning } from './quality.ts'
import type { CallCountQuery, CallCounts, CallLogEntry, CallLogQuery } from './schema.ts'
import type { CallFilter, CallRow, CallSource, DaySum } from './source.ts'

/** Returns a page of the calls of all sources, newest first. Throws 400 for an end before the start or a wrong cursor. */
export async function listCallLog(ctx: Ctx, sources: readonly CallSource[], query: CallLogQuery) {
  const filter = await filterOf(ctx, query)
  const lists = sources
    .filter(({ source }) => query.source === undefined || source === query.source)
    .map((source) => source.list(filter))
    .filter((list) => list !== null)
  const found = lists.length > 0 ? (await ctx.db.together(lists)).flat() : []
  const rows = found.sort((a, b) => compare(b.at, a.at) || compare(b.id, a.id))
  const { data, next_cursor } = toPage(rows, query.limit, byTime)
  return { data: await withNames(ctx, data), next_cursor }
}

// PostgreSQL writes all times of a session in one form, which sorts as text.
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Returns one call with its entire transcript. Throws 404. */
export async function getCallLogEntry(ctx: Ctx, sources: readonly CallSource[], id: string): Promise<CallLogEntry> {
  const [row] = (await ctx.db.together(sources.map((source) => source.find({ id })))).flat()
  const [entry] = await withNames(ctx, row ? [row] : [])
  return entry ?? missing('call')
}

async function withNames(ctx: Ctx, rows: CallRow[]): Promise<CallLogEntry[]> {
  const names = await namesOfContacts(
    ctx,
    rows.flatMap(({ contact_id }) => contact_id ?? []),
  )
  return rows.map(({ name, recording_file_id: id, recording_filename: filename, ...row }) => ({
    ...row,
    quality: withWarning(row.quality),
    contact_name: (row.contact_id && names.get(row.contact_id)) || name || null,
    recording_url: id && filename ? fileUrl({ id, filename }) : row.recording_url,
  }))
}

async function filterOf(ctx: Ctx, query: CallLogQuery): Promise<CallFilter> {
  const before = readTimeCursor(query.cursor)
  const typed = query.phone_number
  const numbers = typed === undefined ? null : await spellingsOf(ctx, typed)
  const isNumber = query.q !== undefined && /^[\d\s().+/-]{3,}$/.test(query.q)
  return {
    status: query.status ?? null,
    direction: query.direction ?? null,
    campaign_id: query.campaign_id ?? null,
    client_id: query.client_id ?? null,
    contact_id: query.contact_id ?? null,
    numbers,
    number_contacts: numbers && (await contactsWithNumber(ctx, numbers)),
    found_contacts: query.q === undefined ? null : await findContactIds(ctx, query.q),
    found_numbers: query.q === undefined ? null : isNumber ? await spellingsOf(ctx, query.q) : [],
    ...(await rangeOf(ctx, query)),
    before_at: before?.at ?? null,
    before_id: before?.id ?? null,
    rows: rowsToRead(query.limit),
  }
}

/** The number as it was typed, and in E.164. */
async function spellingsOf(ctx: Ctx, typed: string): Promise<string[]> {
  const number = parsePhoneNumber(typed, (await workspaceDefaults(ctx)).default_country)
  return number.ok && number.e164 !== typed ? [number.e164, typed] : [typed]
}

const zoneInstants = statement(
  'telephony.call_log.zone_instants',
  (_, p: { from: string | null; until: string | null; tz: string }) =>
    sql<{ from: string | null; until: string | null }>`
    select (${p.from}::date::timestamp at time zone ${p.tz}) as from, ((${p.until}::date + 1)::timestamp at time zone ${p.tz}) as until`,
)

async function rangeOf(ctx: Ctx, { from: first, to: last, tz }: CallLogQuery) {
  const dateOf = (text: string | undefined) => (text?.length === 10 ? text : null)
  const dates = { from: dateOf(first), until: dateOf(last) }
  const days =
    dates.from || dates.until
      ? await ctx.db.one(zoneInstants, { ...dates, tz: tz ?? (await workspaceDefaults(ctx)).time_zone })
      : dates
  const from = dates.from ? days.from : (first ?? null)
  // The last time is inclusive, so the range ends just after it.
  const until = dates.until ? days.until : last ? new Date(Date.parse(last) + 1).toISOString() : null
  if (from && until && Date.parse(from) >= Date.parse(until))
    throw invalidField('query.to', 'The end is before the start.')
  return { from, until }
}

const calendar = statement(
  'telephony.call_log.calendar',
  (_, p: { tz: string; days: number; months: number }) => sql<{ days: string[]; months: string[] }>`
    with today as (select (now() at time zone ${p.tz})::date as date)
    select array(select to_char(today.date - n, 'YYYY-MM-DD') from generate_series(${p.days}::int - 1, 0, -1) n) as days,
           array(select to_char(today.date - make_interval(months => n), 'YYYY-MM') from generate_series(${p.months}::int - 1, 0, -1) n) as months
      from today`,
)

/** Returns the calls of each of the last days and months, in the given or the workspace's time zone. */
export async function countCallLog(
  ctx: Ctx,
  sources: readonly CallSource[],
  { days, months, source: only, tz: given }: CallCountQuery,
): Promise<CallCounts> {
  const tz = given ?? (await workspaceDefaults(ctx)).time_zone
  const dates = await ctx.db.one(calendar, { tz, days, months })
  const from = [dates.days[0], `${dates.months[0]}-01`].toSorted()[0] as string
  const counted = sources.filter(({ source }) => only === undefined || source === only)
  const sums = (await ctx.db.together(counted.map((source) => source.sums({ from, tz })))).flat()
  const byDate = Map.groupBy(sums, ({ date }) => date)
  const byMonth = Map.groupBy(sums, ({ date }) => date.slice(0, 7))
  return {
    tz,
    days: dates.days.map((date) => ({ date, ...totalOf(byDate.get(date)) })),
    months: dates.months.map((month) => ({ month, ...totalOf(byMonth.get(month)) })),
  }
}

function totalOf(sums: DaySum[] = []) {
  const sum = (of: (day: DaySum) => number) => sums.reduce((total, day) => total + of(day), 0)
  return {
    calls: sum(({ calls }) => calls),
    answered: sum(({ answered }) => answered),
    minutes: Math.round(sum(({ seconds }) => seconds) / 6) / 10,
    cost_micros: sum(({ cost_micros }) => cost_micros),
  }
}
