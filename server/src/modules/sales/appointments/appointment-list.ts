import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { variants } from '../../../platform/database/statement.ts'
import { byTime, readCursor, readTimeCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { endOf, startOf } from '../schema.ts'
import { selectAppointments } from './appointments.ts'
import type { Appointment, AppointmentQuery } from './schema.ts'

type Parameters = Record<'prospect_id' | 'assigned_rep_id' | 'status' | 'from' | 'to' | 'at' | 'after', string | null>

const conditions = {
  prospect_id: (p) => sql`a.prospect_id = ${p.prospect_id}::uuid`,
  assigned_rep_id: (p) => sql`a.assigned_rep_id = ${p.assigned_rep_id}::uuid`,
  status: (p) => sql`a.status = ${p.status}`,
  from: (p) => sql`a.scheduled_date >= ${p.from}::timestamptz`,
  to: (p) => sql`a.scheduled_date < ${p.to}::timestamptz`,
} satisfies Record<string, (p: Parameters) => RawBuilder<unknown>>
type Filter = keyof typeof conditions
const filters = Object.keys(conditions) as Filter[]

type Shape = Record<Filter | 'calendar' | 'continued', boolean> & { rows: string }

const list = variants('sales.list_appointments', (_, p: Parameters, shape: Shape) => {
  const asked = filters.filter((name) => shape[name]).map((name) => conditions[name](p))
  if (shape.continued)
    asked.push(
      shape.calendar
        ? sql`(a.scheduled_date, a.id) > (${p.at}::timestamptz, ${p.after}::uuid)`
        : sql`a.id < ${p.after}::uuid`,
    )
  return sql<Appointment & { at: string }>`
    select a.*, a.scheduled_date::text as at from (${selectAppointments}
       where ${asked.length > 0 ? sql.join(asked, sql` and `) : sql`true`}
       order by ${shape.calendar ? sql`a.scheduled_date, a.id` : sql`a.id desc`} limit ${sql.lit(Number(shape.rows))}) a
     order by ${shape.calendar ? sql`a.scheduled_date, a.id` : sql`a.id desc`}`
})

/** Returns a page of appointments, newest booking first; with `from` or `to`, in the order of their start times. */
export async function listAppointments(ctx: Ctx, query: AppointmentQuery) {
  const calendar = query.from !== undefined || query.to !== undefined
  const position = calendar ? readTimeCursor(query.cursor) : null
  const parameters: Parameters = {
    prospect_id: query.prospectId ?? null,
    assigned_rep_id: query.assignedRepId ?? null,
    status: query.status ?? null,
    from: query.from === undefined ? null : startOf(query.from),
    to: query.to === undefined ? null : endOf(query.to),
    at: position?.at ?? null,
    after: calendar ? (position?.id ?? null) : readCursor(query.cursor),
  }
  const asked = Object.fromEntries(filters.map((name) => [name, parameters[name] !== null])) as Record<Filter, boolean>
  const shape = { ...asked, calendar, continued: parameters.after !== null, rows: rowsToRead(query.limit) }
  const rows = await ctx.db.all(list(shape), parameters)
  return calendar ? toPage(rows, query.limit, byTime) : toPage(rows, query.limit)
}
