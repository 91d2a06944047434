import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { variants } from '../../../platform/database/statement.ts'
import { readPageQuery, toPage } from '../../../platform/http/page.ts'
import { type ProspectRow, selectProspects } from './prospect-columns.ts'
import type { ProspectQuery } from './schema.ts'

interface Filters {
  status: string | null
  city: string | null
  assigned_to: string | null
  q: string | null
  before: string | null
}
interface Shape extends Record<string, boolean | string> {
  status: boolean
  city: boolean
  assigned: boolean
  continued: boolean
  rows: string
}

const list = variants(
  'sales.list_prospects',
  (_, p: Filters, shape: Shape) =>
    sql<ProspectRow>`
    ${selectProspects}
     where true ${shape.status ? sql`and p.status = ${p.status}` : sql``}
                ${shape.city ? sql`and p.city_key = lower(${p.city})` : sql``}
                ${shape.assigned ? sql`and p.assigned_to = ${p.assigned_to}::uuid` : sql``}
                ${shape.continued ? sql`and p.place < ${p.before}::uuid` : sql``}
     order by p.place desc limit ${sql.lit(Number(shape.rows))}`,
)

const search = variants(
  'sales.find_prospects',
  (_, p: Filters, { rows }: { rows: string }) =>
    sql<ProspectRow>`
    ${selectProspects}
     where p.contact_id = any (array(select sales.search_prospects(
             ${p.q}, ${p.status}, ${p.city}, ${p.assigned_to}::uuid, ${p.before}::uuid, ${sql.lit(Number(rows))})))
     order by p.place desc`,
)

/** Returns a page of prospects, newest first. `q` searches name, e-mail, number, city, budget and timeline. */
export async function listProspects(ctx: Ctx, query: ProspectQuery) {
  const { before, continued, rows } = readPageQuery(query)
  const { status = null, city = null, assignedTo: assigned_to = null, q = null } = query
  const shape = { status: status !== null, city: city !== null, assigned: assigned_to !== null, continued, rows }
  const found = await ctx.db.all(q === null ? list(shape) : search({ rows }), { status, city, assigned_to, q, before })
  return toPage(found, query.limit, ({ place }) => place)
}
