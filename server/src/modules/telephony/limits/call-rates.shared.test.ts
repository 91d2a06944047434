import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { sharedTestServer } from '../../../../test/server.ts'
import { statement } from '../../../platform/database/statement.ts'
import { formatMicros } from '../../../platform/money.ts'
import { serverContext } from '../../../platform/services.ts'

const server = await sharedTestServer()

test('rates are created, listed, changed and deleted, with 60/60 and no connection fee by default', async () => {
  const ana = await server.signUp()
  const { status, body: rate } = await ana.post('/api/call-rates', { prefix: '+351', price_per_minute_micros: 20_000 })
  assert.equal(status, 201)
  const { id, created_at: _, updated_at: __, ...fields } = rate
  assert.deepEqual(fields, {
    prefix: '351',
    price_per_minute_micros: 20_000,
    connection_fee_micros: 0,
    first_increment_seconds: 60,
    next_increment_seconds: 60,
  })
  for (const prefix of ['3519', '1']) await ana.post('/api/call-rates', { prefix, price_per_minute_micros: 1 })
  const first = await ana.get('/api/call-rates?limit=2')
  const second = await ana.get(`/api/call-rates?limit=2&cursor=${first.body.next_cursor}`)
  assert.deepEqual(
    [...first.body.data, ...second.body.data].map(({ prefix }: { prefix: string }) => prefix),
    ['1', '3519', '351'],
  )
  const changed = await ana.patch(`/api/call-rates/${id}`, { next_increment_seconds: 1 })
  assert.deepEqual([changed.body.price_per_minute_micros, changed.body.next_increment_seconds], [20_000, 1])
  const taken = await ana.post('/api/call-rates', { prefix: '351', price_per_minute_micros: 1 })
  assert.deepEqual([taken.status, taken.body.code], [409, 'already_exists'])
  const moved = await ana.patch(`/api/call-rates/${id}`, { prefix: '1' })
  assert.deepEqual([moved.status, moved.body.code], [409, 'already_exists'])
  assert.equal((await ana.delete(`/api/call-rates/${id}`)).status, 200)
  assert.equal((await ana.get(`/api/call-rates/${id}`)).status, 404)
  const { body: audit } = await ana.get('/api/audit')
  const actions = audit.data.map(({ action }: { action: string }) => action)
  for (const action of ['call_rate.created', 'call_rate.changed', 'call_rate.deleted'])
    assert.ok(actions.includes(action), action)
})

test('invalid rates are refused with the name of the field, and sales managers cannot change rates', async () => {
  const ana = await server.signUp()
  for (const [field, value] of [
    ['prefix', 'twelve'],
    ['price_per_minute_micros', -1],
    ['price_per_minute_micros', 0.5],
    ['price_per_minute_micros', 1e13],
    ['first_increment_seconds', 0],
    ['next_increment_seconds', 3601],
  ] as const) {
    const { status, body } = await ana.post('/api/call-rates', {
      prefix: '1',
      price_per_minute_micros: 1,
      [field]: value,
    })
    assert.equal(status, 400, field)
    assert.equal(body.details[0].path, `body.${field}`)
  }
  const manager = await server.addMember(ana, 'sales_manager')
  assert.equal((await manager.get('/api/call-rates')).status, 200)
  assert.equal((await manager.post('/api/call-rates', { prefix: '1', price_per_minute_micros: 1 })).status, 403)
})

test('a workspace has at most 5,000 rates', async () => {
  const ana = await server.signUp()
  await contextOf(ana.workspaceId).db.all(insertRates, { prefixes: Array.from({ length: 5000 }, (_, i) => `1${i}`) })
  const { status, body } = await ana.post('/api/call-rates', { prefix: '2', price_per_minute_micros: 1 })
  assert.deepEqual([status, body.code], [409, 'too_many_call_rates'])
})

const contextOf = (workspaceId: string) => serverContext(server.app.services, { workspaceId })

/** The price of each is its place among the prefixes. */
const insertRates = statement(
  'test.insert_call_rates',
  (_, p: { prefixes: string[] }) => sql`
    insert into telephony.call_rates (id, prefix, price_per_minute_micros)
    select gen_random_uuid(), prefix, index - 1 from unnest(${p.prefixes}::text[]) with ordinality p (prefix, index)`,
)
const deleteRates = statement('test.delete_call_rates', () => sql`delete from telephony.call_rates`)
const choose = statement(
  'test.choose_call_rates',
  (_, p: { numbers: string[] }) => sql<{ price: number | null }>`
    select (telephony.rate_of(app.workspace_id(), number) ->> 'price_per_minute_micros')::int as price
      from unnest(${p.numbers}::text[]) with ordinality n (number, index) order by index`,
)

test('the longest prefix of a number decides', async () => {
  const ana = await server.signUp()
  const { db } = contextOf(ana.workspaceId)
  const digits = (maxLength: number) => fc.stringMatching(new RegExp(`^[12]{1,${maxLength}}$`))
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(digits(15), { minLength: 1, maxLength: 40 }),
      fc.array(digits(15), { minLength: 1, maxLength: 40 }),
      async (prefixes, numbers) => {
        await db.all(deleteRates, {})
        await db.all(insertRates, { prefixes })
        const chosen = await db.all(choose, { numbers: numbers.map((number) => `+${number}`) })
        const expected = numbers.map((number) => {
          const [longest] = prefixes
            .filter((prefix) => number.startsWith(prefix))
            .toSorted((a, b) => b.length - a.length)
          return longest === undefined ? null : prefixes.indexOf(longest)
        })
        assert.deepEqual(
          chosen.map(({ price }) => price),
          expected,
        )
      },
    ),
    { numRuns: 50 },
  )
})

const cost = statement(
  'test.cost_of_call',
  (_, p: { rate: string; seconds: number | null }) =>
    sql<{ cost: number | null }>`select telephony.cost_of(${p.rate}::jsonb, ${p.seconds}::numeric) as cost`,
)

test('billed time is rounded up to increments, and the cost to a whole micro', async () => {
  const { db } = serverContext(server.app.services, { workspaceId: (await server.signUp()).workspaceId })
  const table: [price: number, fee: number, first: number, next: number, seconds: number | null, micros: number][] = [
    [20_000, 0, 60, 60, null, 0],
    [20_000, 0, 60, 60, 0, 20_000],
    [20_000, 0, 60, 60, 0.4, 20_000],
    [20_000, 0, 60, 60, 60, 20_000],
    [20_000, 0, 60, 60, 60.001, 40_000],
    [20_000, 0, 60, 60, 3600, 1_200_000],
    [20_000, 5_000, 60, 60, 61, 45_000],
    [20_000, 5_000, 60, 60, null, 0],
    // 30 + 6 s of a minute; 1 s of a price that 60 does not divide.
    [60_000, 0, 30, 6, 30.5, 36_000],
    [60_000, 0, 30, 6, 36, 36_000],
    [60_000, 0, 30, 6, 37, 42_000],
    [1, 0, 1, 1, 1, 1],
    [100, 0, 1, 1, 1, 2],
    [100, 0, 1, 1, 2, 4],
    [100, 0, 1, 1, 3, 5],
    [0, 0, 60, 60, 600, 0],
    [1_000_000_000_000, 1_000_000_000_000, 3600, 3600, 3660, 121_000_000_000_000],
  ]
  for (const [price, fee, first, next, seconds, micros] of table) {
    const rate = {
      price_per_minute_micros: price,
      connection_fee_micros: fee,
      first_increment_seconds: first,
      next_increment_seconds: next,
    }
    const row = await db.one(cost, { rate: JSON.stringify(rate), seconds })
    assert.equal(row.cost, micros, `${seconds} s at ${price} with ${fee}, ${first}/${next}`)
  }
  assert.equal((await db.one(cost, { rate: 'null', seconds: null })).cost, 0, 'not answered')
})

test('amounts in micros are written exactly', () => {
  for (const [micros, currency, text] of [
    [0, 'EUR', '0.00 EUR'],
    [20_000, 'EUR', '0.02 EUR'],
    [1, 'EUR', '0.000001 EUR'],
    [10_500_000, 'USD', '10.50 USD'],
    [1_200_000_000, 'JPY', '1200 JPY'],
    [9_000_000_000_000_000, 'KWD', '9000000000.000 KWD'],
  ] as const)
    assert.equal(formatMicros(micros, currency), text)
})
