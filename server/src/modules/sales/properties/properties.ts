import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { patch, statement, variants } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { readPageQuery, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { toMinor } from '../../../platform/money.ts'
import { workspaceDefaults } from '../../identity/index.ts'
import { parseBudget } from '../extraction/budget.ts'
import type { Criteria, Listing } from '../extraction/matching.ts'
import type { NewProperty, Property, PropertyChanges, PropertyQuery } from './schema.ts'

const columns = sql`id, name, city, price::float8 as price, currency, price_range, bedrooms, type, status, image_url, description,
  features, created_at, updated_at`

interface Filters {
  city: string | null
  status: string | null
  type: string | null
  q: string | null
  before: string | null
}
interface Shape extends Record<string, boolean | string> {
  city: boolean
  status: boolean
  type: boolean
  continued: boolean
  rows: string
}

export const list = variants(
  'sales.list_properties',
  (_, p: Filters, shape: Shape) =>
    sql<Property>`
    select ${columns} from sales.properties
     where true ${shape.city ? sql`and city_key = lower(${p.city})` : sql``}
                ${shape.status ? sql`and status = ${p.status}` : sql``}
                ${shape.type ? sql`and type = ${p.type}` : sql``}
                ${shape.continued ? sql`and id < ${p.before}::uuid` : sql``}
     order by id desc limit ${sql.lit(Number(shape.rows))}`,
)

const search = variants(
  'sales.find_properties',
  (_, p: Filters, { rows }: { rows: string }) =>
    sql<Property>`
    select ${columns} from sales.properties
     where id = any (array(select sales.search_properties(${p.q}, ${p.city}, ${p.status}, ${p.type}, ${p.before}::uuid, ${sql.lit(Number(rows))})))
     order by id desc`,
)

/** Returns a page of properties, newest first. `q` searches word prefixes in name, city, type, features and description. */
export async function listProperties(ctx: Ctx, query: PropertyQuery) {
  const { before, continued, rows } = readPageQuery(query)
  const { city = null, status = null, type = null, q = null } = query
  const shape = { city: city !== null, status: status !== null, type: type !== null, continued, rows }
  const found = await ctx.db.all(q === null ? list(shape) : search({ rows }), { city, status, type, q, before })
  return toPage(found, query.limit)
}

const find = statement(
  'sales.find_property',
  (_, p: { id: string }) => sql<Property>`select ${columns} from sales.properties where id = ${p.id}`,
)

export async function getProperty(ctx: Ctx, id: string): Promise<Property> {
  return (await ctx.db.maybe(find, { id })) ?? missing('property')
}

const writable = [
  'name',
  'city',
  'price',
  'currency',
  'price_range',
  'price_from',
  'price_to',
  'bedrooms',
  'type',
  'status',
  'image_url',
  'description',
  'features',
] as const

const insert = statement(
  'sales.insert_property',
  (_, p: { id: string; values: string }) =>
    sql<Property>`
    insert into sales.properties (id, ${sql.join(writable.map((column) => sql.ref(column)))})
    select ${p.id}::uuid, ${sql.join(writable.map((column) => sql.ref(`v.${column}`)))}
      from jsonb_populate_record(null::sales.properties, ${p.values}::jsonb) v
    returning ${columns}`,
)

/**
 * Creates a property. The default currency is that of the price range if it contains one, otherwise the workspace's.
 * Throws 400 for a price with more decimals than the currency has.
 */
export async function createProperty(ctx: Ctx, input: NewProperty): Promise<Property> {
  const currency = input.currency ?? currencyIn(input.price_range) ?? (await workspaceDefaults(ctx)).currency
  if (input.price !== undefined) toMinor(input.price, currency, 'body.price')
  const values = { ...input, ...rangeOf(input), currency }
  return ctx.db.one(insert, { id: newId(), values: JSON.stringify(values) }, { commit: true })
}

const update = statement(
  'sales.update_property',
  (_, p: { id: string; changes: string }) =>
    sql<Property>`
    update sales.properties c set ${patch('c', writable, p.changes)} where id = ${p.id} returning ${columns}`,
)

/** Updates the given fields. Throws 404, and 400 for a price with more decimals than the currency has. */
export async function updateProperty(ctx: Ctx, id: string, input: PropertyChanges): Promise<Property> {
  const priced = input.price !== undefined || input.price_range !== undefined
  const known = priced || input.currency !== undefined ? await getProperty(ctx, id) : null
  const { price = known?.price, price_range = known?.price_range } = input
  if (known && price != null && (input.price ?? input.currency) !== undefined) {
    toMinor(price, input.currency ?? known.currency, input.price === undefined ? 'body.currency' : 'body.price')
  }
  const changes = { ...input, ...(priced && rangeOf({ price, price_range })) }
  return (await ctx.db.maybe(update, { id, changes: JSON.stringify(changes) })) ?? missing('property')
}

const remove = statement(
  'sales.delete_property',
  (_, p: { id: string }) => sql<{ id: string }>`delete from sales.properties where id = ${p.id} returning id`,
)

export async function deleteProperty(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(remove, { id }))) missing('property')
}

/** Returns the price bounds. A price takes precedence over a price range. */
function rangeOf({
  price,
  price_range,
}: {
  price?: number | null | undefined
  price_range?: string | null | undefined
}) {
  if (price != null) return { price_from: price, price_to: price }
  const range = price_range ? parseBudget(price_range) : null
  return { price_from: range?.min ?? range?.max ?? null, price_to: range?.max ?? null }
}

const currencyIn = (price_range: string | undefined) =>
  price_range ? (parseBudget(price_range)?.currency ?? null) : null

const stock = variants(
  'sales.list_stock',
  (_, p: { city: string | null; ceiling: number | null; currency: string | null }, shape: { city: boolean }) =>
    sql<Listing>`
    select id, name, city, price_from::float8 as price_from, price_to::float8 as price_to, currency, bedrooms, type, status, features
      from sales.properties
     where status = 'available' ${shape.city ? sql`and city_key = lower(${p.city})` : sql``}
       and (${p.ceiling}::float8 is null or price_from is null or price_from <= ${p.ceiling}::float8
            or (${p.currency}::text is not null and currency <> ${p.currency}))
     order by id desc limit 300`,
)

const offered = statement(
  'sales.list_offered',
  (_, p: { ids: string[] }) =>
    sql<Listing>`
    select id, name, city, price_from::float8 as price_from, price_to::float8 as price_to, currency, bedrooms, type, status, features
      from sales.properties where status = 'available' and id = any (${p.ids}::uuid[])`,
)

/** Returns the available candidates: in the prospect's city, and anywhere if the city has fewer than five. Newest first. */
export async function availableFor(ctx: Ctx, criteria: Criteria): Promise<Listing[]> {
  const ceiling = criteria.budget?.max == null ? null : criteria.budget.max * 1.1
  const p = { city: criteria.city, ceiling, currency: criteria.budget?.currency ?? null }
  const there = criteria.city === null ? [] : await ctx.db.all(stock({ city: true }), p)
  const anywhere = there.length >= 5 ? [] : await ctx.db.all(stock({ city: false }), p)
  const asked = await ctx.db.all(offered, { ids: [...criteria.propertyIds] })
  return [...new Map([...there, ...anywhere, ...asked].map((offer) => [offer.id, offer])).values()]
}
