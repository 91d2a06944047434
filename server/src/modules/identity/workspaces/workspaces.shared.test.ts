import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { messagesTo, nthMessageTo } from '../../../../test/mailbox.ts'
import { sharedTestServer } from '../../../../test/server.ts'
import { statement } from '../../../platform/database/statement.ts'
import { serverContext } from '../../../platform/services.ts'
import { sendInvitation } from './invitations.ts'

const server = await sharedTestServer()
const database = () => serverContext(server.app.services, { workspaceId: null }).db
const expireInvitations = statement(
  'test.expire_invitations',
  () => sql`update identity.invitations set expires_at = now() where accepted_at is null`,
)
const tamper = statement('test.tamper', () => sql`update identity.audit_log set action = 'nothing'`)
const erase = statement('test.erase', () => sql`delete from identity.audit_log`)
const readHashes = statement('test.read_hashes', () => sql`select password_hash from identity.users`)
const promote = statement('test.promote', () => sql`update identity.users set is_admin = true`)

test('an invited user joins the workspace', async () => {
  const ana = await server.signUp()
  const path = `/api/workspaces/${ana.workspaceId}`
  const email = 'ben.invited@example.com'
  const { status, body } = await ana.post(`${path}/invitations`, {
    email,
    role: 'sales_rep',
    token: 'mine',
    workspace_id: 'x',
  })
  assert.equal(status, 201)
  assert.deepEqual([body.email, body.role], [email, 'sales_rep'])
  assert.ok(body.accept_url.endsWith(body.token))
  const { body: pending } = await ana.get(`${path}/invitations`)
  assert.equal(pending.data[0].id, body.id)
  assert.ok(!JSON.stringify(pending).includes(body.token))

  const ben = await server.anyone.post('/api/auth/register', {
    email: 'Ben.Invited@example.com',
    password: 'secret1',
    invitation_token: body.token,
  })
  const me = ben.body.user
  assert.deepEqual([me.role, me.workspace.id], ['sales_rep', ana.workspaceId])
  assert.equal(me.workspaces.length, 1, 'an invited user does not get a workspace of their own')
  assert.deepEqual((await ana.get(`${path}/invitations`)).body.data, [])
  const again = await ana.post(`${path}/invitations`, { email, role: 'agent' })
  assert.deepEqual([again.status, again.body.code], [409, 'already_member'])
})

test('an existing user accepts, switches to the workspace, and can switch back', async () => {
  const [ana, ben] = [await server.signUp(), await server.signUp()]
  const { body } = await ana.post(`/api/workspaces/${ana.workspaceId}/invitations`, { email: ben.email, role: 'admin' })
  const accepted = await ben.post('/api/invitations/accept', { token: body.token })
  assert.deepEqual([accepted.status, accepted.body.id, accepted.body.role], [200, ana.workspaceId, 'admin'])
  const { body: me } = await ben.get('/api/auth/me')
  assert.equal(me.workspace.id, ana.workspaceId)
  assert.equal(me.workspaces.length, 2)
  assert.equal((await ben.post('/api/invitations/accept', { token: body.token })).status, 404)

  const other = await ben.get('/api/auth/me', { 'x-workspace-id': ben.workspaceId })
  assert.deepEqual([other.body.workspace.id, other.body.role], [ben.workspaceId, 'owner'])
  await ben.post(`/api/workspaces/${ben.workspaceId}/switch`)
  assert.equal((await ben.get('/api/auth/me')).body.workspace.id, ben.workspaceId)
  const outsider = await server.signUp()
  assert.equal((await outsider.post(`/api/workspaces/${ben.workspaceId}/switch`)).status, 404)
  assert.equal((await outsider.get('/api/auth/me', { 'x-workspace-id': ben.workspaceId })).status, 404)
})

test('an invitation is for one address, for a week, and can be revoked', async () => {
  const ana = await server.signUp()
  const path = `/api/workspaces/${ana.workspaceId}/invitations`
  const invite = async (email: string) => (await ana.post(path, { email, role: 'agent' })).body
  const accept = (token: string, by = outsider) => by.post('/api/invitations/accept', { token })
  const outsider = await server.signUp()

  const forAnother = await invite('another@example.com')
  assert.equal((await accept(forAnother.token)).status, 403)
  const register = (email: string, invitation_token: string) =>
    server.anyone.post('/api/auth/register', { email, password: 'secret1', invitation_token })
  assert.equal((await register('thief@example.com', forAnother.token)).status, 403)
  assert.equal((await register('thief@example.com', 'sbi_nonsense')).status, 404)
  assert.equal(
    (await server.anyone.post('/api/auth/login', { email: 'thief@example.com', password: 'secret1' })).status,
    401,
  )

  const replaced = await invite(outsider.email)
  const newer = await invite(outsider.email)
  assert.equal((await accept(replaced.token)).status, 404)
  assert.equal((await ana.delete(`${path}/${newer.id}`)).status, 200)
  assert.equal((await accept(newer.token)).status, 404)
  const late = await invite(outsider.email)
  await database().all(expireInvitations, {})
  assert.equal((await accept(late.token)).status, 404)
})

test('only owners can change owners, and the last one remains', async () => {
  const ana = await server.signUp()
  const members = `/api/workspaces/${ana.workspaceId}/members`
  const admin = await server.addMember(ana, 'admin')
  const agent = await server.addMember(ana, 'agent')
  const role = (by: typeof ana, of: typeof ana, role: string) => by.patch(`${members}/${of.userId}`, { role })

  assert.equal((await role(admin, agent, 'sales_manager')).body.role, 'sales_manager')
  assert.equal((await role(admin, agent, 'owner')).status, 403)
  assert.equal((await role(admin, ana, 'agent')).status, 403)
  assert.equal((await admin.delete(`${members}/${ana.userId}`)).status, 403)
  const inviting = await admin.post(`/api/workspaces/${ana.workspaceId}/invitations`, {
    email: 'x@example.com',
    role: 'owner',
  })
  assert.equal(inviting.status, 403)
  assert.equal((await role(agent, agent, 'admin')).status, 403)
  assert.equal((await role(ana, agent, 'emperor')).status, 400)

  assert.equal((await role(ana, ana, 'admin')).body.code, 'last_owner')
  assert.equal((await ana.post(`/api/workspaces/${ana.workspaceId}/leave`)).body.code, 'last_owner')
  assert.equal((await role(ana, admin, 'owner')).status, 200)
  // Two owners demote each other concurrently: one of them must remain an owner.
  const both = await Promise.all([role(ana, admin, 'agent'), role(admin, ana, 'agent')])
  assert.deepEqual(new Set(both.map(({ status }) => status)), new Set([200, 403]))
  const { body } = await agent.get(members)
  assert.equal(body.data.filter((member: { role: string }) => member.role === 'owner').length, 1)
})

test('a member who is removed or leaves loses access at once, and is back in their own workspace', async () => {
  const [ana, ben] = [await server.signUp(), await server.signUp()]
  const { body } = await ana.post(`/api/workspaces/${ana.workspaceId}/invitations`, { email: ben.email, role: 'agent' })
  await ben.post('/api/invitations/accept', { token: body.token })
  assert.equal((await ana.delete(`/api/workspaces/${ana.workspaceId}/members/${ben.userId}`)).status, 200)
  assert.equal((await ben.get(`/api/workspaces/${ana.workspaceId}/members`)).status, 404)
  assert.equal((await ben.get('/api/auth/me')).body.workspace.id, ben.workspaceId)
  assert.equal((await ana.delete(`/api/workspaces/${ana.workspaceId}/members/${ben.userId}`)).status, 404)

  const cleo = await server.addMember(ana, 'agent')
  assert.equal((await cleo.post(`/api/workspaces/${ana.workspaceId}/leave`)).status, 200)
  const { body: alone } = await cleo.get('/api/auth/me')
  assert.deepEqual([alone.workspace, alone.role, alone.workspaces], [null, null, []])
  const nowhere = await cleo.get('/api/contacts')
  assert.deepEqual([nowhere.status, nowhere.body.error.split('.')[0]], [403, 'You belong to no workspace'])
  const { body: own } = await cleo.post('/api/workspaces', {
    name: 'Cleo & Co',
    currency: 'EUR',
    time_zone: 'Europe/Berlin',
  })
  assert.deepEqual([own.role, own.currency, own.time_zone], ['owner', 'EUR', 'Europe/Berlin'])
  assert.equal((await cleo.get('/api/auth/me')).body.workspace.id, own.id)
})

test('owners and admins change a workspace, and only an owner deletes it', async () => {
  const ana = await server.signUp()
  const path = `/api/workspaces/${ana.workspaceId}`
  const admin = await server.addMember(ana, 'admin')
  const { body } = await admin.patch(path, {
    name: 'Renamed',
    default_country: 'DE',
    id: 'x',
    role: 'owner',
    deleted_at: 'now',
  })
  assert.deepEqual([body.name, body.default_country, body.role], ['Renamed', 'DE', 'admin'])
  assert.equal((await admin.patch(path, { time_zone: 'Mars/Olympus' })).body.details[0].path, 'body.time_zone')
  assert.equal((await admin.delete(path)).status, 403)
  assert.equal((await (await server.signUp()).get(path)).status, 404)
  assert.equal((await ana.delete(path)).status, 200)
  assert.equal((await ana.get(path)).status, 404)
  assert.equal((await admin.get('/api/auth/me')).body.workspace, null)
})

test('users read their own profile, owners and admins those of members', async () => {
  const [ana, outsider] = [await server.signUp(), await server.signUp()]
  const agent = await server.addMember(ana, 'agent')
  const path = `/api/profiles/${agent.userId}`
  const changes = {
    full_name: 'Agnes Agent',
    phone: '',
    is_admin: true,
    is_affiliate: true,
    email: 'x@example.com',
    role: 'owner',
    workspace_id: ana.workspaceId,
    suspended_at: null,
    password_hash: 'x',
  }
  const { status, body } = await agent.patch(path, changes)
  assert.equal(status, 200)
  assert.deepEqual(
    [body.full_name, body.phone, body.is_admin, body.is_affiliate, body.email],
    ['Agnes Agent', null, false, false, agent.email],
  )
  assert.deepEqual((await ana.get(path)).body, body)
  assert.equal((await agent.get(`/api/profiles/${ana.userId}`)).status, 404)
  assert.equal((await outsider.get(path)).status, 404)
  for (const other of [ana, outsider]) {
    assert.equal((await other.patch(path, { full_name: 'Stolen' })).status, 404)
    assert.equal((await other.post(`${path}/affiliate`)).status, 404)
  }
  assert.equal((await agent.post(`${path}/affiliate`)).status, 200)
  assert.equal((await agent.get(path)).body.is_affiliate, true)
  assert.equal((await agent.patch(path, { avatar_url: 'javascript:alert(1)' })).status, 400)
  const cleared = await agent.patch(path, { full_name: '' })
  assert.deepEqual([cleared.body.full_name, cleared.body.is_affiliate], [null, true])
})

test('the audit log is paginated and cannot be changed', async () => {
  const ana = await server.signUp()
  await server.anyone.post('/api/auth/login', { email: ana.email, password: 'wrong password' })
  await ana.post('/api/api-keys', { name: 'Website', scopes: ['contacts:read'] })
  const { body: all } = await ana.get('/api/audit')
  const actions = all.data.map(({ action }: { action: string }) => action)
  assert.deepEqual(actions, ['api_key.created', 'session.refused', 'session.started', 'user.signed_up'])
  const { body: first } = await ana.get('/api/audit?limit=3')
  const { body: rest } = await ana.get(`/api/audit?limit=3&cursor=${first.next_cursor}`)
  assert.deepEqual([...first.data, ...rest.data], all.data)
  assert.equal(rest.next_cursor, null)
  assert.deepEqual((await (await server.signUp()).get('/api/audit')).body.data.length, 2)

  const contexts = [
    serverContext(server.app.services, { workspaceId: null }),
    serverContext(server.app.services, { workspaceId: ana.workspaceId, userId: ana.userId }),
  ]
  for (const { db } of contexts) {
    await assert.rejects(db.all(tamper, {}), /permission denied/)
    await assert.rejects(db.all(erase, {}), /permission denied/)
  }
})

test('the database denies reading password hashes and self-promotion in any query', async () => {
  const ana = await server.signUp()
  const { db } = serverContext(server.app.services, { workspaceId: ana.workspaceId, userId: ana.userId })
  await assert.rejects(db.all(readHashes, {}), /permission denied/)
  await assert.rejects(db.all(promote, {}), /permission denied/)
})

test('an invitation mail names the inviter and the workspace', async () => {
  const owner = await server.signUp()
  await owner.patch(`/api/profiles/${owner.userId}`, { full_name: 'Ana Silva' })
  await owner.patch(`/api/workspaces/${owner.workspaceId}`, { name: 'Silva\r\nBcc: all@example.com' })
  const email = 'guest.by.mail@example.com'
  const path = `/api/workspaces/${owner.workspaceId}/invitations`
  const { body: invitation } = await owner.post(path, { email, role: 'sales_rep' })
  const mail = await nthMessageTo(server, email, 1)
  assert.equal(mail.subject, 'Ana Silva invites you to Silva Bcc: all@example.com')
  assert.match(mail.text ?? '', /as sales rep\.\n/)
  assert.ok(mail.text?.includes(invitation.accept_url))
  const token = /#(\S+)/.exec(mail.text ?? '')?.[1]
  const guest = await server.anyone.post('/api/auth/register', {
    email,
    password: 'x'.repeat(12),
    invitation_token: token,
  })
  assert.equal(guest.body.user.workspace.id, owner.workspaceId)

  // Mails to one address are limited; the inviter has the link in any case.
  const often = 'often.invited@example.com'
  const { body: repeated } = await owner.post(path, { email: often })
  const { services } = server.app
  const sealed_token = services.secrets.seal(repeated.token, `identity.invitations/token/${repeated.id}`)
  const ctx = serverContext(services, { workspaceId: null })
  for (let i = 0; i < 7; i++) await sendInvitation.run(ctx, { id: repeated.id, sealed_token })
  assert.equal((await messagesTo(server, often)).length, 5)
})
