import assert from 'node:assert/strict'
import { anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { Person } from '../front-end.ts'

export async function chats(ana: Person, ben: Person, dora: Person): Promise<string> {
  const post = (body: object) => ana.post('/api/chats', body)
  const dm = await answered(201, post({ type: 'dm', member_ids: [ben.id], created_by: ben.id }))
  const chat = {
    id: anId,
    type: 'dm',
    name: 'Ben Okafor',
    avatar_url: null,
    created_by: ana.id,
    archived: false,
    hidden: false,
    unread_count: 0,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(dm, chat)
  assertShape(await answered(200, post({ type: 'dm', member_ids: [ben.id] })), { id: dm.id })
  assertShape(await answered(200, ben.get('/api/chats')), { data: [{ id: dm.id, name: 'Ana L.' }], next_cursor: null })
  assertShape(await answered(200, dora.get('/api/chats')), { data: [] })
  await refused(400, ana.get('/api/chats?limit=many'), 'query.limit')
  await refused(400, post({ member_ids: [ben.id] }), 'body.type')
  await refused(400, post({ type: 'channel' }), 'body.type')
  await refused(400, post({ type: 'group', member_ids: [ben.id] }), 'body.name')
  await refused(400, post({ type: 'dm', member_ids: [] }), 'body.member_ids')
  await refused(400, post({ type: 'dm', member_ids: 'ben' }), 'body.member_ids')
  await refused(404, post({ type: 'dm', member_ids: [unknownId] }))

  const { id } = await answered(201, post({ type: 'group', name: 'Night shift', member_ids: [ben.id] }))
  const one = `/api/chats/${id}`
  assertShape(await answered(200, ben.get(one)), { id, type: 'group', name: 'Night shift', member_count: 2 })
  assertShape(await answered(200, ana.patch(one, { name: 'Day shift', archived: true })), {
    name: 'Day shift',
    archived: true,
  })
  assertShape(await answered(200, ana.get('/api/chats')), { data: [{ id: dm.id }] })
  assertShape(await answered(200, ana.get('/api/chats?archived=true')), { data: [{ id }] })
  assertShape(await answered(200, ben.get(one)), { name: 'Day shift', archived: false }) // archiving is mine alone
  await answered(200, ana.patch(one, { archived: false, hidden: true }))
  assertShape(await answered(200, ana.get('/api/chats')), { data: [{ id: dm.id }] })
  assertShape(await answered(200, ana.get('/api/chats?hidden=true')), { data: [{ id, hidden: true }] })
  await refused(403, ben.patch(one, { name: "Ben's" }))
  await refused(400, ana.patch(one, { archived: 'yes' }), 'body.archived')

  await refused(404, ana.post(`${one}/members`, { member_ids: [dora.id] })) // an id alone is not enough
  assertShape(await answered(200, ana.get(`/api/users/search?q=${encodeURIComponent(dora.email)}`)), {
    data: [{ id: dora.id }],
  })
  await answered(200, ana.post(`${one}/members`, { member_ids: [dora.id] }))
  const members = await answered(200, dora.get(`${one}/members`))
  assert.deepEqual(
    members.data.map((member: { user_id: string; role: string }) => `${member.user_id} ${member.role}`).toSorted(),
    [`${ana.id} owner`, `${ben.id} member`, `${dora.id} member`].toSorted(),
  )
  await refused(400, ana.post(`${one}/members`, {}), 'body.member_ids')
  await refused(403, ben.post(`${one}/members`, { member_ids: [dora.id] }))
  await refused(403, ben.delete(`${one}/members/${dora.id}`))
  assert.deepEqual(await answered(200, ana.delete(`${one}/members/${dora.id}`)), { success: true })
  await refused(404, ana.delete(`${one}/members/${dora.id}`))
  for (const path of [one, `${one}/members`]) await refused(404, dora.get(path))
  await refused(404, dora.patch(one, { name: 'Mine' }))
  await refused(404, dora.post(`${one}/leave`))
  assert.deepEqual(await answered(200, ben.post(`${one}/leave`)), { success: true })
  await refused(404, ben.get(one))
  return dm.id
}
