import assert from 'node:assert/strict'
import { test } from 'node:test'
import { find, findEachOther } from '../../../test/find-each-other.ts'
import { type SignedUp, sharedTestServer } from '../../../test/server.ts'

const server = await sharedTestServer()
const { pool } = server.app.services.connections
const people = await Promise.all(Array.from({ length: 5 }, () => server.signUp()))
const [ana, ben, cleo, dora, emil] = people as [SignedUp, SignedUp, SignedUp, SignedUp, SignedUp]
await findEachOther(...people)

const open = (who: SignedUp, other: SignedUp) => who.post('/api/chats', { type: 'dm', member_ids: [other.userId] })
const group = async (owner: SignedUp, ...members: SignedUp[]) =>
  (
    await owner.post('/api/chats', {
      type: 'group',
      name: 'Night shift',
      member_ids: members.map(({ userId }) => userId),
    })
  ).body
const say = (who: SignedUp, chat_id: string, content = 'Hello') => who.post('/api/messages/send', { chat_id, content })
const roles = (chat: { members: { user_id: string; role: string }[] }) =>
  Object.fromEntries(chat.members.map(({ user_id, role }) => [user_id, role]))

test('two people have one dm, even when both open it 50 times at once', async () => {
  const responses = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? open(ana, ben) : open(ben, ana))))
  assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([200, 201]))
  assert.equal(responses.filter(({ status }) => status === 201).length, 1)
  assert.equal(new Set(responses.map(({ body }) => body.id)).size, 1)
  const { body } = await open(ana, ben)
  assert.deepEqual([body.type, body.member_count, body.members.length], ['dm', 2, 2])
  const { body: profile } = await ben.get(`/api/profiles/${ben.userId}`)
  assert.equal(body.name, profile.full_name, "a dm has the other person's name")
  assert.equal((await ana.post('/api/chats', { type: 'dm', member_ids: [ana.userId] })).status, 400)
  assert.equal((await ana.post('/api/chats', { type: 'dm', member_ids: [body.id] })).status, 404)
  assert.equal((await ana.post('/api/chats', { type: 'group', member_ids: [] })).status, 400)
  assert.equal((await dora.get(`/api/chats/${body.id}`)).status, 404)
})

test('chats are listed by their newest message in pages; archived and hidden ones are listed apart, only for the caller', async () => {
  const mine = await server.signUp()
  await find(mine, ben)
  const chats = []
  for (let i = 0; i < 5; i++) chats.push(await group(mine, ben))
  await say(ben, chats[1].id, 'Newest')
  const list = async (query: string) => (await mine.get(`/api/chats?${query}`)).body
  const first = await list('limit=2')
  assert.deepEqual(
    first.data.map(({ id }: { id: string }) => id),
    [chats[1].id, chats[4].id],
  )
  assert.deepEqual([first.data[0].last_message.content, first.data[0].unread_count], ['Newest', 1])
  const rest = await list(`limit=10&cursor=${first.next_cursor}`)
  assert.deepEqual(
    rest.data.map(({ id }: { id: string }) => id),
    [chats[3].id, chats[2].id, chats[0].id],
  )
  assert.equal(rest.next_cursor, null)
  await mine.patch(`/api/chats/${chats[0].id}`, { archived: true })
  await mine.patch(`/api/chats/${chats[2].id}`, { hidden: true })
  assert.equal((await list('')).data.length, 3)
  assert.equal((await list('archived=true')).data[0].id, chats[0].id)
  assert.equal((await list('hidden=true')).data[0].id, chats[2].id)
  assert.equal((await ben.get(`/api/chats/${chats[0].id}`)).body.archived, false)
})

test('roles decide who can add, remove and promote members of a group and rename it', async () => {
  const { id, ...made } = await group(ana, ben, cleo)
  assert.deepEqual(roles({ members: made.members }), {
    [ana.userId]: 'owner',
    [ben.userId]: 'member',
    [cleo.userId]: 'member',
  })
  const add = (who: SignedUp, other: SignedUp) => who.post(`/api/chats/${id}/members`, { member_ids: [other.userId] })
  const promote = (who: SignedUp, other: SignedUp, role: string) =>
    who.patch(`/api/chats/${id}/members/${other.userId}`, { role })
  const remove = (who: SignedUp, other: SignedUp) => who.delete(`/api/chats/${id}/members/${other.userId}`)
  assert.equal((await add(ben, dora)).status, 403)
  assert.equal((await add(dora, emil)).status, 404)
  assert.equal((await promote(ana, ben, 'admin')).status, 200)
  assert.equal((await add(ben, dora)).body.member_count, 4)
  assert.equal((await promote(cleo, dora, 'admin')).status, 403)
  assert.equal((await promote(ben, dora, 'owner')).status, 403)
  assert.equal((await promote(ben, ana, 'member')).status, 403)
  assert.equal((await remove(ben, ana)).status, 403)
  assert.equal((await remove(ben, cleo)).status, 200)
  assert.equal((await remove(ben, cleo)).status, 404)
  assert.equal((await cleo.get(`/api/chats/${id}`)).status, 404)
  assert.equal((await ben.patch(`/api/chats/${id}`, { name: 'Day shift' })).body.name, 'Day shift')
  assert.equal((await dora.patch(`/api/chats/${id}`, { name: 'x' })).status, 403)
  assert.equal((await ana.post(`/api/chats/${id}/leave`)).status, 200)
  const { body } = await ben.get(`/api/chats/${id}`)
  assert.deepEqual(roles(body), { [ben.userId]: 'owner', [dora.userId]: 'member' })
  await dora.post(`/api/chats/${id}/leave`)
  await ben.post(`/api/chats/${id}/leave`)
  const { rows } = await pool.query('select from chat.chats where id = $1', [id])
  assert.equal(rows.length, 0, 'a group without members is deleted')
})

test('members are listed in pages, with how far they have read', async () => {
  const { id } = await group(ana, ben, cleo)
  await say(ben, id)
  const first = (await ana.get(`/api/chats/${id}/members?limit=2`)).body
  const rest = (await ana.get(`/api/chats/${id}/members?limit=2&cursor=${first.next_cursor}`)).body
  const members = [...first.data, ...rest.data]
  assert.deepEqual(new Set(members.map(({ user_id }) => user_id)), new Set([ana.userId, ben.userId, cleo.userId]))
  assert.equal(members.find(({ user_id }) => user_id === ben.userId).read_number, 1)
  assert.equal((await dora.get(`/api/chats/${id}/members`)).status, 404)
  const { body } = await open(ana, ben)
  assert.equal((await ana.post(`/api/chats/${body.id}/leave`)).status, 409)
  assert.equal((await ana.post(`/api/chats/${body.id}/members`, { member_ids: [cleo.userId] })).status, 409)
})

test('after a block neither user can write to the other, open a dm or find them', async () => {
  const { body: dm } = await open(dora, emil)
  const earlier = await say(emil, dm.id)
  assert.equal(earlier.status, 201)
  const poll = await emil.post('/api/polls', { chat_id: dm.id, question: 'Lunch?', options: ['A', 'B'] })
  const block = await dora.post('/api/users/blocks', { user_id: emil.userId })
  assert.equal(block.status, 201)
  assert.deepEqual((await dora.get('/api/users/blocks')).body.data, [block.body])
  for (const who of [dora, emil]) assert.equal((await say(who, dm.id)).status, 403)
  for (const change of [
    () => emil.patch(`/api/messages/${earlier.body.id}`, { content: 'Read this instead' }),
    () => emil.post('/api/messages/reactions', { message_id: earlier.body.id, emoji: '👎' }),
    () => emil.put('/api/polls', { poll_id: poll.body.id, option_ids: [poll.body.options[0].id] }),
  ])
    assert.equal((await change()).status, 403, 'nor through an earlier message')
  assert.equal((await emil.get(`/api/users/search?q=${encodeURIComponent(dora.email)}`)).body.data.length, 0)
  assert.equal((await emil.post('/api/chats', { type: 'group', name: 'x', member_ids: [dora.userId] })).status, 404)
  const fresh = await server.signUp()
  await findEachOther(emil, fresh)
  await fresh.post('/api/users/blocks', { user_id: emil.userId })
  assert.equal((await open(emil, fresh)).status, 404)
  assert.equal((await dora.delete('/api/users/blocks', { user_id: emil.userId }, json)).status, 200)
  assert.equal((await dora.delete(`/api/users/blocks?user_id=${emil.userId}`)).status, 404)
  assert.equal((await say(emil, dm.id)).status, 201)
  assert.equal((await dora.post('/api/users/blocks', { user_id: dora.userId })).status, 400)
})

test('people are found by exact e-mail, username and phone anywhere, by name among colleagues', async () => {
  const owner = await server.signUp()
  const colleague = await server.addMember(owner, 'agent')
  await colleague.put('/api/users/profile', {
    display_name: 'Zoë Quartz',
    username: 'zoe.q',
    phone: '+49 (151) 234-5678',
  })
  const found = async (who: SignedUp, q: string) =>
    (await who.get(`/api/users/search?q=${encodeURIComponent(q)}`)).body.data.map(({ id }: { id: string }) => id)
  for (const q of [colleague.email.toUpperCase(), 'zoe.q', '@Zoe.Q', '+491512345678', '49 151 2345678']) {
    assert.deepEqual(await found(ana, q), [colleague.userId], q)
  }
  for (const q of ['quartz', 'zoe', '234', colleague.email.slice(0, -1)]) assert.deepEqual(await found(ana, q), [], q)
  assert.deepEqual(await found(owner, 'quartz'), [colleague.userId])
  assert.deepEqual(await found(colleague, 'quartz'), [], 'not the caller')
})

test('a profile has a status that expires and a unique username', async () => {
  const { status, body } = await ana.put('/api/users/profile', {
    username: 'ana.chat',
    status: 'In a meeting',
    status_expires_at: new Date(Date.now() + 60_000).toISOString(),
  })
  assert.equal(status, 200)
  assert.deepEqual([body.username, body.status, body.online, body.badges], ['ana.chat', 'In a meeting', false, []])
  assert.deepEqual([body.email_verified, body.phone_verified], [false, false])
  assert.equal((await ben.put('/api/users/profile', { username: 'ANA.chat' })).status, 409)
  assert.equal((await ana.put('/api/users/profile', { status_expires_at: '2020-01-01T00:00:00Z' })).status, 400)
  const { body: dm } = await open(ben, ana)
  const shown = async () =>
    (await ben.get(`/api/chats/${dm.id}`)).body.members.find(
      ({ user_id }: { user_id: string }) => user_id === ana.userId,
    ).status
  assert.equal(await shown(), 'In a meeting')
  await pool.query('update chat.statuses set expires_at = now() where user_id = $1', [ana.userId])
  assert.equal(await shown(), null)
  assert.equal((await ana.get('/api/users/profile')).body.status, null)
  assert.equal((await ana.put('/api/users/profile', { status: 'Back' })).body.status, 'Back')
  assert.equal((await ana.put('/api/users/profile', { status: '' })).body.status, null)
})

const json = { 'content-type': 'application/json' }

test('PUT changes a chat like PATCH; DELETE leaves a group and hides a dm, for the caller only', async () => {
  const { body: dm } = await open(ana, emil)
  const team = await group(ana, emil)
  const put = await ana.put(`/api/chats/${team.id}`, { name: 'Day shift' })
  assert.deepEqual([put.status, put.body.name, put.body.archived], [200, 'Day shift', false])
  assert.equal((await emil.put(`/api/chats/${team.id}`, { name: 'Mine' })).status, 403)
  for (const { id } of [dm, team]) {
    assert.equal((await dora.delete(`/api/chats/${id}`)).status, 404)
    assert.deepEqual((await emil.delete(`/api/chats/${id}`)).body, { success: true })
  }
  assert.equal((await emil.get(`/api/chats/${team.id}`)).status, 404)
  assert.deepEqual(roles((await ana.get(`/api/chats/${team.id}`)).body), { [ana.userId]: 'owner' })
  assert.equal((await emil.get(`/api/chats/${dm.id}`)).body.hidden, true)
  assert.equal((await ana.get(`/api/chats/${dm.id}`)).body.hidden, false)
  assert.equal((await say(ana, dm.id)).status, 201)
  assert.equal((await open(emil, ana)).body.hidden, false, 'opening it again shows it')
})
