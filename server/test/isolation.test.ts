import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { routeTables } from '../src/modules.ts'
import { statement } from '../src/platform/database/statement.ts'
import { serverContext } from '../src/platform/services.ts'
import { createClient, type TestClient } from './client.ts'
import {
  bodyIn,
  operationsOf,
  parametersOf,
  pathIn,
  queryIn,
  queryUnderOtherNamesIn,
  refersBy,
  underOtherNames,
} from './operations.ts'
import { startTestServer } from './server.ts'
import { createFixture, type Fixture } from './fixture.ts'

// Every operation × every place an id can stand × someone else's workspace: nothing of theirs is seen, nothing changes.

const server = await startTestServer()
const theirs = await createFixture(server)
const ours = await createFixture(server)
// Their call rings for as long as this takes, so that nothing of theirs changes by itself.
await server.app.services.connections.pool.query(`update video.calls set ring_expires_at = now() + interval '1 day'`)

// What is passed on has the handler and the schemas of the operation itself.
const operations = operationsOf(routeTables).filter(({ route, isPassedOn }) => !route.hidden && !isPassedOn)

/** Operations that a test below has called with what is theirs. */
const covered = new Set<string>()

/** Returns all records of the other workspace as one text. */
async function snapshot(): Promise<string> {
  const everywhere = serverContext(server.app.services, { workspaceId: null })
  const tables = await everywhere.db.all(tenantTables, {})
  const ctx = serverContext(server.app.services, { workspaceId: theirs.owner.workspaceId })
  const rows = []
  for (const { name } of tables) {
    const dump = statement(
      `isolation.dump.${name}`,
      () => sql<{ row: string }>`select t::text as row from ${sql.table(name)} t order by 1`,
    )
    rows.push(name, ...(await ctx.db.all(dump, {})).map(({ row }) => row))
  }
  for (const { name } of await everywhere.db.all(chatTables, {})) {
    const dump = statement(
      `isolation.dump.${name}`,
      () => sql<{ row: string }>`
        select t::text as row from ${sql.table(name)} t where chat_id = ${sql.lit(theirs.ids.chats)} order by 1`,
    )
    rows.push(name, ...(await everywhere.db.all(dump, {})).map(({ row }) => row))
  }
  return rows.join('\n')
}

const tenantTables = statement(
  'isolation.tables',
  () =>
    sql<{ name: string }>`
    select n.nspname || '.' || c.relname as name from pg_policy p join pg_class c on c.oid = p.polrelid
      join pg_namespace n on n.oid = c.relnamespace where p.polname = 'tenant' order by 1`,
)

/** A chat is its members', whatever their workspaces. */
const chatTables = statement(
  'isolation.chat_tables',
  () =>
    sql<{ name: string }>`
    select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'chat_id' and not a.attisdropped
     where c.relkind = 'r' and n.nspname in ('chat', 'video') order by 1`,
)

/** A user who knows another's id may write to them and sees their name: people talk across workspaces. */
const acrossWorkspaces = new Set(['createChat', 'addChatMembers', 'blockUser'])

/** The caller names a room of their own workspace, and the response repeats the name. Their own test compares the calls. */
const repeatsName = new Set(['chat.videoToken', 'chat.endVideoCall'])

function outsiders(): [string, TestClient][] {
  return [
    ['the owner of another workspace', ours.owner],
    ['an API key of another workspace', createClient(server.url, { 'x-api-key': ours.apiKey })],
    ['an anonymous caller', server.anyone],
  ]
}

for (const { id, name, route } of operations) {
  const inPath = parametersOf(route).filter((name) => !['filename', 'token', 'bucket'].includes(name))
  const shapes = [route.query, route.body].flatMap((schema) =>
    Object.keys((schema as { shape?: object } | undefined)?.shape ?? {}),
  )
  shapes.push(...Object.keys((route.example as object | undefined) ?? {}))
  const referring = shapes.some((name) => refersBy(route, name))

  if (inPath.length > 0 && route.access !== 'public') {
    test(`${id}: ids of another workspace in the path are not there`, async () => {
      covered.add(id)
      const before = await snapshot()
      for (const [who, client] of outsiders()) {
        const answer = await client.request(
          route.method,
          pathIn(theirs, route) + queryIn(ours, route),
          bodyIn(ours, route),
        )
        assert.ok([401, 403, 404, 415].includes(answer.status), `${who}: ${answer.status} ${answer.text}`)
        assert.ok(!answer.text.includes(theirs.marker), `${who} saw the marker`)
      }
      assert.equal(await snapshot(), before, 'something of theirs changed')
    })
  }
  if (referring && !acrossWorkspaces.has(name) && !repeatsName.has(id)) {
    test(`${id}: ids of another workspace in query and body lead nowhere`, async () => {
      covered.add(id)
      const before = await snapshot()
      const body = bodyIn(theirs, route)
      const sent = [
        [queryIn(theirs, route), body],
        [queryUnderOtherNamesIn(theirs, route), underOtherNames('body', route, body)],
      ] as const
      for (const [who, client] of outsiders()) {
        for (const [query, body] of sent) {
          const answer = await client.request(route.method, pathIn(ours, route) + query, body)
          assert.ok(!answer.text.includes(theirs.marker), `${who} saw the marker: ${answer.text}`)
          assert.ok(answer.status < 500, answer.text)
        }
      }
      assert.equal(await snapshot(), before, 'something of theirs changed')
    })
  }
}

test('a workspace that is not theirs cannot be chosen', async () => {
  const before = await snapshot()
  for (const { id, route } of operations.filter(
    ({ route }) => route.access !== 'public' && parametersOf(route).length === 0,
  )) {
    covered.add(id)
    const answer = await ours.owner.request(route.method, route.path, bodyIn(ours, route), {
      'x-workspace-id': theirs.owner.workspaceId,
    })
    assert.equal(answer.status, 404, `${route.method} ${route.path}: ${answer.text}`)
  }
  assert.equal(await snapshot(), before, 'something of theirs changed')
})

test("someone else's id and an id that never was are answered alike", async () => {
  const unknownIds: Fixture = {
    ...theirs,
    ids: Object.fromEntries(Object.keys(theirs.ids).map((kind) => [kind, '0199ffff-ffff-7fff-bfff-ffffffffffff'])),
  }
  const plain = (text: string) => text.replace(/"request_id":"[^"]+"/, '')
  for (const { id, route } of operations.filter(
    ({ route }) => parametersOf(route).length > 0 && route.access !== 'public' && route.method === 'GET',
  )) {
    const [foreign, unknown] = await Promise.all([
      ours.owner.get(pathIn(theirs, route) + queryIn(ours, route)),
      ours.owner.get(pathIn(unknownIds, route) + queryIn(ours, route)),
    ])
    assert.equal(foreign.status, unknown.status, id)
    assert.equal(plain(foreign.text), plain(unknown.text), id)
  }
})

/** Public operations that name nothing of a workspace, or that the tests of shops' public pages and of webhooks call. */
const notCovered = [
  'signUp',
  'register',
  'login',
  'refresh',
  'logout',
  'signOut',
  'signInWithSecondFactor',
  'secondFactorOptions',
  'passkeyOptions',
  'signInWithPasskey',
  'forgotPassword',
  'resetPassword',
  'listSignInProviders',
  'signInElsewhere',
  'returnFromElsewhere',
  'signInWithGoogle',
  'signInWithFacebook',
  'supabaseSignUp',
  'supabaseToken',
  'supabaseAuthorize',
  'supabaseRecover',
  'supabaseOtp',
  'supabaseResend',
  'supabaseLogout',
  'supabaseVerify',
  'supabaseFollowLink',
  'supabaseSettings',
  'supabaseHealth',
  'receptionist.health',
  'chat.register',
  'chat.login',
  'chat.refresh',
  'getSignedFile',
  'listPlans',
  'getVapidPublicKey',
  'listIntegrations',
  'verifyWebhook',
  'receiveWebhook',
  'listPublicProducts',
  'getProductImage',
  'beginVisit',
  'listVisitorMessages',
  'addVisitorMessage',
  'getPublicForm',
  'submitForm',
  'placePublicOrder',
  'listVisitorOrders',
  'getCustomerOrder',
  'payCustomerOrder',
  'confirmCustomerPayment',
  'listProperties',
  'testDatabase',
  'supabase.properties.select',
  'supabase.integrations.select',
  'supabase-sales.properties.select',
  'supabase-sales.integrations.select',
]

test('the suite covers every operation but those listed', () => {
  // Objects of the storage have paths and no ids: their own tests call them from another workspace.
  const missing = operations
    .filter(({ id, name }) => !covered.has(id) && !name.startsWith('storage.'))
    .map(({ id }) => id)
  assert.deepEqual(missing.toSorted(), notCovered.toSorted())
})
