import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { sharedTestServer } from '../../../test/server.ts'
import { addApp, beginSignIn } from '../../../test/two-factor.ts'
import { statement } from '../../platform/database/statement.ts'
import { serverContext } from '../../platform/services.ts'
import { createUser, createWorkspaceFor, listUsers, makeAdmin, setPassword } from './commands.ts'
import { deleteExpiredRecords } from './jobs.ts'
import { resetTwoFactor } from './two-factor/changes.ts'

const server = await sharedTestServer()
const { services } = server.app
const login = (email: string, password: string) => server.anyone.post('/api/auth/login', { email, password })

test('the operator creates users, administrators and workspaces, and sets passwords', async () => {
  const email = 'operator@example.com'
  await createUser(services, { email, password: 'first password', name: 'Olga' })
  const { body: first } = await login(email, 'first password')
  assert.deepEqual([first.user.is_admin, first.user.workspace.name], [false, "Olga's workspace"])

  await makeAdmin(services, email)
  const workspaceId = await createWorkspaceFor(services, { name: 'Second', ownerEmail: email })
  await setPassword(services, email, 'second password')
  const headers = { authorization: `Bearer ${first.access_token}` }
  assert.equal((await server.anyone.get('/api/auth/me', headers)).status, 401)
  assert.equal((await login(email, 'first password')).status, 401)
  const { body: second } = await login(email, 'second password')
  assert.deepEqual([second.user.is_admin, second.user.workspace.id], [true, workspaceId])

  const [listed] = await listUsers(services)
  assert.deepEqual([listed?.email, listed?.is_admin, listed?.workspaces], [email, true, 2])
  assert.ok(!JSON.stringify(listed).includes('argon2'))
})

test('a command that fails explains why', async () => {
  const password = 'first password'
  await assert.rejects(createUser(services, { email: 'operator@example.com', password }), /An account with this e-mail/)
  await assert.rejects(createUser(services, { email: 'new@example.com', password: '123' }), /at least 6 characters/)
  await assert.rejects(makeAdmin(services, 'unknown@example.com'), /no such user/)
})

test('the operator turns off a lost second factor', async () => {
  const ana = await server.signUp()
  await addApp(ana)
  const token = await beginSignIn(server, ana)
  await resetTwoFactor(services, ana.email)
  assert.equal((await ana.get('/api/auth/me')).status, 401)
  const { status, body } = await login(ana.email, ana.password)
  assert.equal(status, 200)
  const over = await server.anyone.post('/api/auth/two-factor/sign-in', { two_factor_token: token, code: '123456' })
  assert.equal(over.body.code, 'two_factor_expired')
  const headers = { authorization: `Bearer ${body.access_token}` }
  assert.equal((await server.anyone.get('/api/auth/two-factor', headers)).body.enabled, false)
  await assert.rejects(resetTwoFactor(services, 'unknown@example.com'), /no such user/)
})

const backdate = statement(
  'test.backdate',
  (_, p: { user_id: string }) =>
    sql`update identity.sessions set revoked_at = now() - interval '31 days' where user_id = ${p.user_id}`,
)
const count = statement(
  'test.count',
  (_, p: { user_id: string }) =>
    sql<{ sessions: number }>`select count(*) as sessions from identity.sessions where user_id = ${p.user_id}`,
)

test('records that expired a month ago are deleted, and no others', async () => {
  const [gone, stays] = [await server.signUp(), await server.signUp()]
  const ctx = serverContext(services, { workspaceId: null })
  await ctx.db.all(backdate, { user_id: gone.userId })
  await deleteExpiredRecords.run(ctx, {})
  assert.equal((await ctx.db.one(count, { user_id: gone.userId })).sessions, 0)
  assert.equal((await ctx.db.one(count, { user_id: stays.userId })).sessions, 1)
})
