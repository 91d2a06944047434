import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { z } from 'zod'
import { routeTables } from '../src/modules.ts'
import { makeAdmin } from '../src/modules/identity/index.ts'
import { toJsonSchema, type JsonSchema } from '../src/platform/http/reference/json-schema.ts'
import type { Route } from '../src/platform/http/route.ts'
import { bodyIn, operationsOf, parametersOf, pathIn, underOtherNames } from './operations.ts'
import { startTestServer } from './server.ts'
import type { TestAnswer } from './client.ts'
import { createFixture } from './fixture.ts'

// Whatever is sent to any operation: no 5xx, and every refusal in the one shape. The same is sent each time, so that a
// failure is the change's under test; something else with FUZZ_SEED=$RANDOM, more with FUZZ_RUNS=5000.

const runs = Number(process.env.FUZZ_RUNS ?? 25)
const seed = Number(process.env.FUZZ_SEED ?? 20261121)
const server = await startTestServer({ LOGIN_FAILURES: '1000000' })
const fixture = await createFixture(server)
// An administrator too, so that those operations are reached; one cannot be locked out by another.
await makeAdmin(server.app.services, fixture.owner.email)
// Ends sessions or the workspace itself: fuzzed as a user made for this.
const destructive = new Set([
  'logout',
  'supabaseLogout',
  'signOut',
  'deleteShop',
  'deleteWorkspace',
  'leaveWorkspace',
  'revokeSession',
  'revokeSessions',
  'revokeOtherSessions',
  'switchWorkspace',
  'createWorkspace',
  'createShop',
  'changePassword',
  'changePasswordAtUsers',
  'shops.remove',
])
const expendable = await server.signUp()
const doomed = await server.signUp()

const nasty = fc.constantFrom<unknown>(
  '',
  ' ',
  '\0',
  'a\0b',
  '\u{1f4a9}',
  '\ud800',
  "'; drop table users; --",
  '{{7*7}}',
  '../../etc/passwd',
  '%00',
  '<script>',
  'a'.repeat(70_000),
  '0',
  '-1',
  '1e400',
  'NaN',
  'null',
  'true',
  '2026-13-45T99:99:99Z',
  '+15551234567',
  '00000000-0000-0000-0000-000000000000',
  0,
  -1,
  1.5,
  1e308,
  -1e308,
  Number.MAX_SAFE_INTEGER,
  2 ** 31,
  2 ** 53,
  null,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  { $ne: null },
  { toString: 1 },
)

/** Values that fit the schema, mostly. */
function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  const {
    type,
    properties,
    required = [],
    items,
    anyOf,
    enum: options,
    const: fixed,
    format,
    minimum,
    maximum,
    minLength,
    maxLength,
  } = schema as Record<string, never>
  if (fixed !== undefined) return fc.constant(fixed)
  if (options) return fc.constantFrom(...(options as unknown[]))
  if (anyOf) return fc.oneof(...(anyOf as JsonSchema[]).map(fitting))
  if (properties) {
    const fields = Object.entries(properties as Record<string, JsonSchema>)
    return fc.record(Object.fromEntries(fields.map(([name, of]) => [name, fitting(of)])), {
      requiredKeys: required as string[],
    })
  }
  if (items) return fc.array(fitting(items), { maxLength: 4 })
  const [kind] = Array.isArray(type) ? (type as string[]) : [type as string | undefined]
  switch (kind) {
    case 'string':
      if (format === 'uuid') return fc.oneof(fc.uuid(), fc.constantFrom(...Object.values(fixture.ids)))
      if (format === 'email') return fc.emailAddress()
      return fc.string({
        unit: 'grapheme',
        minLength: Math.min(Number(minLength ?? 0), 50),
        maxLength: Math.min(Number(maxLength ?? 60), 60),
      })
    case 'integer':
    case 'number':
      return fc.integer({ min: Math.ceil(Number(minimum ?? -1000)), max: Math.min(Number(maximum ?? 100_000), 1e9) })
    case 'boolean':
      return fc.boolean()
    case 'object':
      return fc.dictionary(fc.string({ maxLength: 10 }), fc.oneof(fc.string({ maxLength: 20 }), nasty), { maxKeys: 3 })
    default:
      return fc.anything({ maxDepth: 2 })
  }
}

/** The example or something fitting, with some fields spoilt. */
function bodies(route: Route): fc.Arbitrary<unknown> {
  if (!route.body) return fc.constant(undefined)
  const base = fc.oneof(fc.constant(bodyIn(fixture, route)), fitting(toJsonSchema(route.body, 'input')))
  const spoilt = fc
    .tuple(
      base,
      fc.dictionary(fc.constantFrom(...fieldsOf(route.body), '__proto__', 'constructor', 'id', 'workspace_id'), nasty, {
        maxKeys: 3,
      }),
    )
    .map(([body, spoil]) =>
      body !== null && typeof body === 'object' && !Array.isArray(body) ? { ...body, ...spoil } : body,
    )
  const renamed = spoilt.map((body) => underOtherNames('body', route, body))
  return fc.oneof(
    { weight: 2, arbitrary: base },
    { weight: 3, arbitrary: spoilt },
    { weight: 1, arbitrary: renamed },
    { weight: 1, arbitrary: nasty },
  )
}

function fieldsOf(schema: z.ZodType): string[] {
  const fields = Object.keys((toJsonSchema(schema, 'input').properties as object | undefined) ?? {})
  return fields.length > 0 ? fields : ['x']
}

function queries(route: Route): fc.Arbitrary<string> {
  const names = [...(route.query ? fieldsOf(route.query) : []), 'limit', 'cursor', 'x']
  return fc
    .dictionary(
      fc.constantFrom(...names),
      fc.oneof(
        fc.string({ maxLength: 20 }),
        nasty.filter((value) => typeof value !== 'object').map((value) => String(value).slice(0, 3000)),
        fc.uuid(),
      ),
      { maxKeys: 3 },
    )
    .map((query) => {
      const text = new URLSearchParams(
        Object.entries(query).map(([name, value]) => [name, value.toWellFormed()] as [string, string]),
      ).toString()
      return text && `?${text}`
    })
}

function paths(route: Route): fc.Arbitrary<string> {
  const known = pathIn(fixture, route)
  if (parametersOf(route).length === 0) return fc.constant(known)
  const odd = fc.oneof(fc.constantFrom('x', '%00', '..', "'", '%F0%9F%92%A9', 'a'.repeat(400)), fc.uuid())
  return fc.oneof(
    fc.constant(known),
    odd.map((value) => route.path.replace(/:\w+/g, value)),
  )
}

for (const { id, name, route, isPassedOn } of operationsOf(routeTables)) {
  // What is passed on has the handler and the schemas of the operation itself.
  if (route.hidden || isPassedOn) continue
  test(`${id} answers anything with sense`, async () => {
    const client = name.startsWith('deleteAccount') ? doomed : destructive.has(name) ? expendable : fixture.owner
    await fc.assert(
      fc.asyncProperty(paths(route), queries(route), bodies(route), async (path, query, body) => {
        const answer = await client.request(
          route.method,
          path + query,
          route.method === 'GET' ? undefined : JSON.stringify(body ?? {}),
          {
            ...(route.method !== 'GET' && { 'content-type': 'application/json' }),
          },
        )
        // 502: what is outside has failed; and this server makes no calls.
        const isExpected = answer.status === 502 || /No telephone engine runs on this server/.test(answer.text)
        assert.ok(answer.status < 500 || isExpected, `${answer.status} ${answer.text}`)
        if (answer.status < 400) return
        if (route.path.includes('/rest/v1/')) return assertPostgrestError(answer)
        if (route.path.includes('/storage/v1/')) return assert.equal(answer.body?.statusCode, String(answer.status))
        assert.equal(typeof answer.body?.error, 'string', answer.text)
        assert.match(answer.body.code, /^[a-z][a-z0-9_]*$/)
        assert.match(answer.body.request_id, /^[0-9a-f-]{36}$/)
        for (const fault of answer.body.details ?? []) assert.equal(typeof fault.path, 'string')
        assert.doesNotMatch(answer.text, /\bat .*\.ts:\d+|SQLSTATE|syntax error at/i)
      }),
      { numRuns: runs, seed, interruptAfterTimeLimit: 60_000 },
    )
  })
}

/** Errors as PostgREST writes them. */
function assertPostgrestError({ body, text }: TestAnswer): void {
  assert.deepEqual(Object.keys(body ?? {}), ['code', 'message', 'details', 'hint'], text)
  assert.match(body.code, /^\w+$/)
  assert.equal(typeof body.message, 'string')
  assert.doesNotMatch(text, /\bat .*\.ts:\d+|SQLSTATE|syntax error at/i)
}

test('the caller was signed in all the while', async () => {
  assert.equal((await fixture.owner.get('/api/auth/me')).status, 200)
})

test('bodies that are not JSON, or not ours to take, are refused in the same shape', async () => {
  const attempts: [string, string, number][] = [
    ['{"first_name":', 'application/json', 400],
    ['{"__proto__":{"polluted":true}}', 'application/json', 400],
    [`${'['.repeat(40)}${']'.repeat(40)}`, 'application/json', 400],
    [JSON.stringify({ first_name: 'x'.repeat(2_000_000) }), 'application/json', 413],
    ['<a/>', 'application/xml', 415],
    ['a=b', 'application/x-www-form-urlencoded', 415],
  ]
  for (const [body, type, status] of attempts) {
    const answer = await fixture.owner.post('/api/contacts', body, { 'content-type': type })
    assert.equal(answer.status, status, answer.text)
    assert.equal(typeof answer.body.request_id, 'string')
  }
  assert.equal((Object.prototype as { polluted?: boolean }).polluted, undefined)
})
