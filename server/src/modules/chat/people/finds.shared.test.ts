import assert from 'node:assert/strict'
import { test } from 'node:test'
import { find, findEachOther } from '../../../../test/find-each-other.ts'
import { type SignedUp, sharedTestServer } from '../../../../test/server.ts'
import { serverContext } from '../../../platform/services.ts'
import { forgetFinds } from '../jobs.ts'

const server = await sharedTestServer()
const { pool } = server.app.services.connections
const signUp = (count: number) => Promise.all(Array.from({ length: count }, () => server.signUp()))
const unknownId = '0199ffff-ffff-7fff-bfff-ffffffffffff'

const dm = (who: SignedUp, id: string) => who.post('/api/chats', { type: 'dm', member_ids: [id] })
const group = (who: SignedUp, ...ids: string[]) =>
  who.post('/api/chats', { type: 'group', name: 'Night shift', member_ids: ids })

test('an id alone does not let a user make a group, add a member or block: the response is that for an unknown id', async () => {
  const [ana, ben] = (await signUp(2)) as [SignedUp, SignedUp]
  const { body: mine } = await group(ana)
  for (const attempt of [
    (id: string) => group(ana, id),
    (id: string) => ana.post(`/api/chats/${mine.id}/members`, { member_ids: [id] }),
    (id: string) => ana.post('/api/users/blocks', { user_id: id }),
  ]) {
    const [known, unknown] = [await attempt(ben.userId), await attempt(unknownId)]
    assert.deepEqual([known.status, known.body.error], [404, 'There is no such person.'])
    assert.deepEqual([unknown.status, unknown.body.error], [404, 'There is no such person.'])
  }
  assert.deepEqual((await ana.get('/api/users/blocks')).body.data, [])
  assert.deepEqual((await ben.get('/api/chats')).body.data, [])
})

test('an id opens a dm, unless that person has blocked the user', async () => {
  const [ana, ben, cleo] = (await signUp(3)) as [SignedUp, SignedUp, SignedUp]
  assert.equal((await dm(ana, ben.userId)).status, 201)
  assert.equal((await group(ana, ben.userId)).status, 201, 'they share a chat now')
  assert.equal((await dm(ana, unknownId)).status, 404)
  await find(cleo, ana)
  await cleo.post('/api/users/blocks', { user_id: ana.userId })
  assert.equal((await dm(ana, cleo.userId)).status, 404)
})

test('a person found by exact e-mail address, username or telephone number can be written to, added and blocked', async () => {
  const [ana, ben, cleo, dora] = (await signUp(4)) as [SignedUp, SignedUp, SignedUp, SignedUp]
  await cleo.put('/api/users/profile', { username: 'cleo.finds' })
  await dora.put('/api/users/profile', { phone: '+49 151 777 0001' })
  await find(ana, ben)
  for (const q of ['@cleo.finds', '+491517770001']) {
    assert.equal((await ana.get(`/api/users/search?q=${encodeURIComponent(q)}`)).body.data.length, 1, q)
  }
  assert.equal((await dm(ana, ben.userId)).status, 201)
  const { body: chat } = await group(ana, ben.userId, cleo.userId)
  assert.equal((await ana.post(`/api/chats/${chat.id}/members`, { member_ids: [dora.userId] })).status, 200)
  assert.equal((await ana.post('/api/users/blocks', { user_id: dora.userId })).status, 201)

  // A find works one way; a shared chat or workspace works both ways.
  assert.equal((await dm(ben, cleo.userId)).status, 201, 'they share a group')
  const [eve] = (await signUp(1)) as [SignedUp]
  await find(eve, ben)
  assert.equal((await group(ben, eve.userId)).status, 404)
  const colleague = await server.addMember(ana, 'agent')
  assert.equal((await dm(colleague, ana.userId)).status, 201)
})

test('a find is valid for 30 days and is then deleted', async () => {
  const [ana, ben] = (await signUp(2)) as [SignedUp, SignedUp]
  await findEachOther(ana, ben)
  const age = (days: number) =>
    pool.query(`update chat.finds set found_at = now() - make_interval(days => $2) where finder_id = $1`, [
      ana.userId,
      days,
    ])
  const finds = async () =>
    (await pool.query('select finder_id from chat.finds where finder_id = any ($1)', [[ana.userId, ben.userId]])).rows
  await age(31)
  assert.equal((await group(ana, ben.userId)).status, 404)
  await find(ana, ben)
  await age(29)
  await forgetFinds.run(serverContext(server.app.services, { workspaceId: null }), {})
  assert.equal((await finds()).length, 2)
  assert.equal((await group(ana, ben.userId)).status, 201)
  await age(31)
  await forgetFinds.run(serverContext(server.app.services, { workspaceId: null }), {})
  assert.deepEqual(await finds(), [{ finder_id: ben.userId }])
})
