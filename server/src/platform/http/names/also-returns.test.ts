import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { type AlsoReturns, JsonResponse, type Route, route } from '../route.ts'
import { serialiserOf } from '../serialise.ts'
import { withAlsoReturns } from './also-returns.ts'

const Provider = z
  .object({ id: z.string(), created_at: z.string().describe('When it was added.'), active: z.boolean() })
  .meta({ id: 'AlsoReturnsProvider' })

const aliases: AlsoReturns['names'] = {
  dateAdded: 'created_at',
  state: { schema: z.enum(['on', 'off']), from: ({ active }) => (active ? 'on' : 'off') },
}
const provider = { id: 'a', created_at: '2026-01-01T00:00:00Z', active: true }
const complete = { ...provider, dateAdded: provider.created_at, state: 'on' }

/** Returns what a client gets of a route that responds with `value`. */
async function answer(response: z.ZodType, alsoReturns: AlsoReturns[], value: unknown): Promise<unknown> {
  const made = withAlsoReturns('test', answering(response, value, alsoReturns))
  const result = await made.handler({} as never, {} as never)
  const body = result instanceof JsonResponse ? result.body : result
  return JSON.parse(serialiserOf(made.response)(body))
}

const answering = (response: z.ZodType, value: unknown, alsoReturns: AlsoReturns[]): Route =>
  route({
    kind: 'read',
    method: 'GET',
    path: '/',
    access: 'public',
    summary: 'Test',
    response,
    alsoReturns,
    handler: async () => value as never,
  })

test('a response, the items of a list and the items of a field get further names', async () => {
  assert.deepEqual(await answer(Provider, [{ names: aliases }], provider), complete)
  assert.deepEqual(await answer(z.array(Provider), [{ at: '[]', names: aliases }], [provider]), [complete])
  const page = z.object({ data: z.array(Provider), next_cursor: z.string().nullable() })
  assert.deepEqual(await answer(page, [{ at: 'data[]', names: aliases }], { data: [provider], next_cursor: null }), {
    data: [complete],
    next_cursor: null,
  })
})

test('the list itself under another name has the further names of its items', async () => {
  const page = z.object({ data: z.array(Provider) })
  const twice: AlsoReturns[] = [{ at: 'data[]', names: aliases }, { names: { providers: 'data' } }]
  assert.deepEqual(await answer(page, twice, { data: [provider] }), { data: [complete], providers: [complete] })
})

test('each form of a response that has the place gets them, and null stays null', async () => {
  const either = z.union([z.object({ data: z.array(Provider) }), z.array(Provider)])
  assert.deepEqual(await answer(either, [{ at: '[]', names: aliases }], [provider]), [complete])
  const maybe = z.object({ provider: Provider.nullable() })
  assert.deepEqual(await answer(maybe, [{ at: 'provider', names: aliases }], { provider: null }), { provider: null })
})

test('status and headers stay', async () => {
  const made = withAlsoReturns(
    'test',
    answering(Provider, new JsonResponse(provider, { status: 201, headers: { link: 'x' } }), [{ names: aliases }]),
  )
  const result = (await made.handler({} as never, {} as never)) as JsonResponse<unknown>
  assert.deepEqual([result.status, result.headers, result.body], [201, { link: 'x' }, complete])
})

test('a field or place that the response does not have stops the start', () => {
  const refused = (at: string, names: AlsoReturns['names']) =>
    assert.throws(
      () => withAlsoReturns('test', answering(Provider, provider, [{ at, names }])),
      /does not have|no object/,
    )
  refused('', { dateAdded: 'added_at' })
  refused('data[]', aliases)
})

test('one named schema for all responses with the same object and names', () => {
  const [a, b] = [1, 2].map(() => withAlsoReturns('test', answering(Provider, provider, [{ names: aliases }])).response)
  assert.equal(a, b)
})
