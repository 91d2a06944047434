import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement, variants } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { readPageQuery, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { PropertyInterestShown } from '../events.ts'
import { getProperty } from '../properties/properties.ts'
import { getProspect } from './prospects.ts'
import type { Interest } from './schema.ts'

const columns = sql`i.id, i.prospect_id, i.property_id, p.name as property_name, i.note, i.created_at`

const list = variants(
  'sales.list_interests',
  (_, p: { prospect_id: string; before: string | null }, shape: { continued: boolean; rows: string }) =>
    sql<Interest>`
    select ${columns} from sales.interests i
      join sales.properties p on p.workspace_id = i.workspace_id and p.id = i.property_id
     where i.prospect_id = ${p.prospect_id} ${shape.continued ? sql`and i.id < ${p.before}::uuid` : sql``}
     order by i.id desc limit ${sql.lit(Number(shape.rows))}`,
)

/** Returns a page of the properties that a prospect is interested in, newest first. Throws 404. */
export async function listInterests(
  ctx: Ctx,
  prospectId: string,
  query: { limit: number; cursor?: string | undefined },
) {
  const { id } = await getProspect(ctx, prospectId)
  const { before, continued, rows } = readPageQuery(query)
  return toPage(await ctx.db.all(list({ continued, rows }), { prospect_id: id, before }), query.limit)
}

const note = statement(
  'sales.record_interest',
  (_, p: { id: string; prospect_id: string; property_id: string; note: string | null }) =>
    sql<Interest & { is_new: boolean }>`
    with i as (
      insert into sales.interests (id, prospect_id, property_id, note) values (${p.id}, ${p.prospect_id}, ${p.property_id}, ${p.note})
      on conflict on constraint interests_key do update set note = coalesce(excluded.note, interests.note)
      returning *)
    select ${columns}, i.id = ${p.id}::uuid as is_new from i
      join sales.properties p on p.workspace_id = i.workspace_id and p.id = i.property_id`,
)

/** Records a prospect's interest in a property. Only the first time emits an event. Throws 404. */
export async function recordInterest(
  ctx: Ctx,
  prospectId: string,
  propertyId: string,
  text: string | null,
): Promise<Interest> {
  const { id: prospect_id } = await getProspect(ctx, prospectId)
  const property = await getProperty(ctx, propertyId)
  const { is_new, ...interest } = await ctx.db.one(note, {
    id: newId(),
    prospect_id,
    property_id: property.id,
    note: text,
  })
  if (is_new)
    emit(ctx, PropertyInterestShown, {
      prospect_id,
      property_id: property.id,
      property_name: property.name,
      note: text,
    })
  return interest
}

const remove = statement(
  'sales.delete_interest',
  (_, p: { prospect_id: string; id: string }) =>
    sql<{ id: string }>`delete from sales.interests where prospect_id = ${p.prospect_id} and id = ${p.id} returning id`,
)

export async function deleteInterest(ctx: Ctx, prospectId: string, id: string): Promise<void> {
  const prospect = await getProspect(ctx, prospectId)
  if (!(await ctx.db.maybe(remove, { prospect_id: prospect.id, id }))) missing('interest')
}
