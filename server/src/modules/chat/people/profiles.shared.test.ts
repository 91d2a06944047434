import assert from 'node:assert/strict'
import { test } from 'node:test'
import { find } from '../../../../test/find-each-other.ts'
import { type SignedUp, sharedTestServer } from '../../../../test/server.ts'
import { openSocket } from '../../../../test/sockets.ts'
import { until } from '../../../../test/until.ts'

const server = await sharedTestServer()
const unknownId = '0199ffff-ffff-7fff-bfff-ffffffffffff'
const signUp = (count: number) => Promise.all(Array.from({ length: count }, () => server.signUp()))
const profileOf = (who: SignedUp, id: string) => who.get(`/api/users/profile?user_id=${id}`)
const statusOf = (who: SignedUp, id: string) => who.get(`/api/users/${id}/status`)

test('about and pronouns are kept, changed one at a time, and emptied', async () => {
  const ana = await server.signUp()
  const put = async (changes: object) => {
    const { body } = await ana.put('/api/users/profile', changes)
    return [body.about, body.pronouns]
  }
  assert.deepEqual(await put({ about: 'Sails at weekends.', pronouns: 'she/her' }), ['Sails at weekends.', 'she/her'])
  assert.deepEqual(await put({ pronouns: 'they/them' }), ['Sails at weekends.', 'they/them'])
  assert.deepEqual(await put({ about: '' }), [null, 'they/them'])
  assert.deepEqual(await put({ display_name: 'Ana' }), [null, 'they/them'])
  assert.equal((await ana.put('/api/users/profile', { pronouns: 'x'.repeat(51) })).status, 400)
  const exported = (await ana.get('/api/auth/me/export')).body
  assert.deepEqual(exported.chat_profile, [{ id: ana.userId, about: null, pronouns: 'they/them' }])
})

test('people who know a user see their public profile and status; others get the response for an unknown id', async () => {
  const [ana, ben, eve] = (await signUp(3)) as [SignedUp, SignedUp, SignedUp]
  await ben.put('/api/users/profile', { display_name: 'Ben', about: 'Cook', phone: '+49301234567', status: 'Away' })
  for (const id of [ben.userId, unknownId]) {
    for (const { status, body } of [await profileOf(eve, id), await statusOf(eve, id)])
      assert.deepEqual([status, body.error], [404, 'There is no such person.'])
  }
  await find(ana, ben)
  const { body: shown } = await profileOf(ana, ben.userId)
  assert.deepEqual(
    [shown.id, shown.name, shown.display_name, shown.about, shown.status, shown.online],
    [ben.userId, 'Ben', 'Ben', 'Cook', 'Away', false],
  )
  for (const hidden of ['email', 'phone', 'company_name', 'is_admin', 'full_name', 'created_at'])
    assert.ok(!(hidden in shown), hidden)
  assert.equal((await profileOf(ben, ben.userId)).body.email, ben.email)
  assert.equal((await profileOf(ana, 'ben')).status, 400)
  const { last_active } = (await ben.get('/api/users/profile')).body
  assert.deepEqual((await statusOf(ana, ben.userId)).body, {
    user_id: ben.userId,
    status: 'offline',
    last_seen: last_active,
    onlineAt: last_active,
    text: 'Away',
    text_expires_at: null,
  })
})

test('the status is online, away or offline, and offline when one of the two has blocked the other', async () => {
  const [ana, ben] = (await signUp(2)) as [SignedUp, SignedUp]
  await find(ana, ben)
  await find(ben, ana)
  const socket = await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token: ben.token })
  const seen = (status: string) =>
    until(`the status is ${status}`, async () => (await statusOf(ana, ben.userId)).body.status === status)
  await seen('online')
  socket.send('presence', { status: 'away' })
  await seen('away')
  await ben.post('/api/users/blocks', { user_id: ana.userId })
  const { body } = await statusOf(ana, ben.userId)
  assert.deepEqual([body.status, body.last_seen], ['offline', null])
  assert.equal((await statusOf(ben, ben.userId)).body.status, 'away')
  socket.drop()
})
