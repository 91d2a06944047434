import assert from 'node:assert/strict'
import { aNumber, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { FrontEnd, Person } from '../front-end.ts'

export async function clients(ana: Person, bo: Person, agent: Person): Promise<string> {
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/clients', body)
  const practice = {
    name: 'Dr. Lima',
    phone_number: '+1 415 555 0188',
    profession: 'Dentist',
    voice_id: 'v-21',
    voice_name: 'Rachel',
    system_prompt: 'You answer for Dr. Lima.',
  }
  const made = await answered(201, post({ ...practice, user_id: bo.id }))
  const client = {
    ...practice,
    id: anId,
    user_id: ana.id,
    phone_number: '+14155550188',
    is_active: true,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, client)
  const one = `/api/clients/${made.id}`
  assertShape(await answered(200, ana.get(one)), client)
  assertShape(await answered(200, ana.get('/api/clients')), { data: [client], next_cursor: null })
  assertShape(await answered(200, bo.get('/api/clients')), { data: [], next_cursor: null })
  const changes = { voice_name: 'Adam', profession: '', is_active: false }
  const changed = { ...client, voice_name: 'Adam', profession: null, is_active: false }
  assertShape(await answered(200, ana.put(one, changes)), changed)
  assertShape(await answered(200, ana.get(one)), changed)

  await refused(400, post({ profession: 'Dentist' }), 'body.name')
  await refused(400, post({ ...practice, name: 5 }), 'body.name')
  await refused(400, post({ ...practice, phone_number: 'call me' }), 'body.phone_number')
  await refused(409, post(practice)) // a number is answered for one client
  await refused(400, ana.put(one, { is_active: 'no' }), 'body.is_active')
  await refused(400, ana.get('/api/clients?limit=none'), 'query.limit')
  await refused(403, post({ name: 'Mine' }, agent))
  await refused(403, agent.put(one, { name: 'Mine' }))
  await refused(403, agent.delete(one))
  assertShape(await answered(200, agent.get(one)), changed)
  for (const [person, path] of [
    [bo, one],
    [ana, `/api/clients/${unknownId}`],
  ] as const) {
    await refused(404, person.get(path))
    await refused(404, person.put(path, { name: 'Mine' }))
    await refused(404, person.delete(path))
  }
  return made.id
}

/** Knowledge without an embedding model: passages are found by their words. */
export async function knowledge(ana: Person, bo: Person, agent: Person, clientId: string): Promise<void> {
  const path = `/api/clients/${clientId}/knowledge`
  const hours = { title: 'Hours', content: 'We are open from Monday to Friday, nine to five.' }
  const made = await answered(201, ana.post(path, hours))
  assertShape(made, { id: anId, client_id: clientId, ...hours, created_at: anInstant })
  const form = new FormData()
  form.append('file', new Blob(['Parking is behind the house.']), 'parking.md')
  assertShape(await answered(201, ana.post(path, form)), { title: 'parking.md' })
  assertShape(await answered(200, ana.get(path)), { data: [{ title: 'parking.md' }, { id: made.id }] })
  const search = (q: string) => answered(200, ana.get(`${path}/search?q=${encodeURIComponent(q)}`))
  const found = { knowledge_id: made.id, title: 'Hours', text: hours.content, score: aNumber }
  assertShape((await search('When are you open?')).data[0], found)
  await refused(400, ana.post(path, { content: 'Untitled' }), 'body.title')
  await refused(400, ana.post(path, { title: 'Empty' }), 'body.content')
  await refused(400, ana.get(`${path}/search`), 'query.q')
  await refused(403, agent.post(path, hours))
  for (const request of [bo.get(path), bo.post(path, hours), bo.get(`${path}/search?q=open`)])
    await refused(404, request)
  await refused(404, bo.delete(`${path}/${made.id}`))
  await refused(404, ana.delete(`${path}/${unknownId}`))
  assert.deepEqual(await answered(200, ana.delete(`${path}/${made.id}`)), { success: true })
  assertShape(await answered(200, ana.get(path)), { data: [{ title: 'parking.md' }] })
}

/** A soft delete: past calls stay in the analytics. */
export async function deletedClient(ana: Person, bo: Person, clientId: string): Promise<void> {
  const before = await answered(200, ana.get('/api/analytics/dashboard'))
  assert.deepEqual(await answered(200, ana.delete(`/api/clients/${clientId}`)), { success: true })
  await refused(404, ana.get(`/api/clients/${clientId}`))
  const { data } = await answered(200, ana.get('/api/clients'))
  assert.ok(data.every(({ id }: { id: string }) => id !== clientId))
  assertShape(await answered(200, ana.get(`/api/calls?client_id=${clientId}`)), { total: 4 })
  const { total_clients, total_calls } = await answered(200, ana.get('/api/analytics/dashboard'))
  assert.deepEqual([total_clients, total_calls], [before.total_clients - 1, before.total_calls])
  assertShape(await answered(200, bo.get('/api/calls')), { total: 0 })
}
