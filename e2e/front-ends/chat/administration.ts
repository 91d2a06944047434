import assert from 'node:assert/strict'
import { aNumber, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { Fixture } from '../contract.ts'
import type { Person } from '../front-end.ts'

export async function administration(fixture: Fixture, ana: Person, ben: Person, dora: Person): Promise<void> {
  const complaint = { subject_type: 'user', subject_id: dora.id, reason: 'spam', details: 'The same to everybody' }
  const report = { ...complaint, id: anId, status: 'open', created_at: anInstant }
  assertShape(await answered(201, ana.post('/api/reports', complaint)), report)
  await refused(400, ana.post('/api/reports', { ...complaint, reason: undefined }), 'body.reason')
  await refused(404, ana.post('/api/reports', { ...complaint, subject_id: unknownId }))

  const root = await fixture.makeAdmin(await fixture.signUp({ name: 'Root' }))
  const nobodys = ['GET stats', 'GET users', 'GET reports', `POST users/${ben.id}/ban`, `POST users/${ben.id}/verify`]
  for (const [method, path] of nobodys.map((line) => line.split(' ')))
    await refused(403, method === 'GET' ? ana.get(`/api/admin/${path}`) : ana.post(`/api/admin/${path}`, {}))

  const statistics = await answered(200, root.get('/api/admin/stats'))
  assertShape(statistics, {
    users: 4,
    active_users: 4,
    chats: 2,
    messages: aNumber,
    messages_today: aNumber,
    video_calls: 2,
    storage_bytes: aNumber,
  })
  assert.ok(statistics.messages >= 10 && statistics.messages_today <= statistics.messages)
  assert.ok(statistics.storage_bytes > 0)
  const sum = (what: 'users' | 'video_calls') =>
    statistics.per_day.reduce((total: number, day: Record<string, number>) => total + day[what]!, 0)
  assert.deepEqual([sum('users'), sum('video_calls')], [4, 2])

  const user = { id: dora.id, email: dora.email, suspended: false, banned: false, email_verified: false }
  assertShape(await answered(200, root.get('/api/admin/users?q=Dora')), { data: [user], next_cursor: null })
  await refused(400, root.get('/api/admin/users?limit=0'), 'query.limit')
  const act = (verb: string, id = dora.id) => root.post(`/api/admin/users/${id}/${verb}`, { reason: 'Spam' })
  assertShape(await answered(200, act('verify')), { ...user, email_verified: true })
  assertShape(await answered(200, act('suspend')), { suspended: true })
  await refused(401, dora.get('/api/auth/me'))
  const credentials = { email: dora.email, password: dora.password }
  await refused(403, fixture.visitor.post('/api/auth/login', credentials))
  assertShape(await answered(200, act('unsuspend')), { suspended: false })
  await answered(200, fixture.visitor.post('/api/auth/login', credentials))
  assertShape(await answered(200, act('ban')), { banned: true })
  await refused(403, fixture.visitor.post('/api/auth/login', credentials))
  for (const verb of ['verify', 'suspend', 'unsuspend', 'ban']) await refused(404, act(verb, unknownId))
  await refused(409, act('ban', root.id))

  const { data } = await answered(200, root.get('/api/admin/reports?status=open'))
  assertShape(data, [{ ...report, reporter: { id: ana.id }, reported_user: { id: dora.id } }])
  const handled = { status: 'resolved', note: 'Banned', handled_by: root.id, handled_at: anInstant }
  const path = `/api/admin/reports/${data[0].id}`
  assertShape(await answered(200, root.patch(path, { status: 'resolved', note: 'Banned' })), handled)
  assertShape(await answered(200, root.get('/api/admin/reports')), { data: [handled] })
  await refused(400, root.patch(path, { status: 'forgotten' }), 'body.status')
  await refused(404, root.patch(`/api/admin/reports/${unknownId}`, { status: 'resolved' }))
  await refused(400, root.get('/api/admin/reports?status=lost'), 'query.status')
}
