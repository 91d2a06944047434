import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTestSignal, writeWav } from '../../peers/audio.ts'
import { anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { Fixture } from '../contract.ts'
import type { FrontEnd, Person } from '../front-end.ts'

export const transferNumber = '+14155550100'

export async function transferNumbers(ana: Person, bo: Person, agent: Person): Promise<void> {
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/transfer-numbers', body)
  const list = (person: Person, of = person) => answered(200, person.get(`/api/transfer-numbers?userId=${of.id}`))
  const sales = { name: 'Sales', phone_number: '+1 415 555 0100', description: 'Ana answers' }
  // The owner and the counts are set by the server.
  const made = await answered(201, post({ ...sales, user_id: bo.id, call_count: 99 }))
  const number = {
    id: anId,
    user_id: ana.id,
    name: 'Sales',
    phone_number: transferNumber,
    description: 'Ana answers',
    call_count: 0,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, number)
  const second = await answered(201, post({ name: 'Support', phone_number: '+14155550101', description: '' }))
  assertShape(second, { description: null })
  assertShape(await list(ana), [{ id: second.id }, { ...number, id: made.id }])
  assert.deepEqual(await list(bo), [])

  await refused(400, post({ phone_number: transferNumber }), 'body.name')
  await refused(400, post({ name: 'Sales' }), 'body.phone_number')
  await refused(400, post({ name: 'Sales', phone_number: 'Ana' }), 'body.phone_number')
  await refused(400, post({ name: ['Sales'], phone_number: transferNumber }), 'body.name')
  await refused(403, post(sales, agent))
  await refused(403, bo.get(`/api/transfer-numbers?userId=${ana.id}`))
  await refused(400, ana.get('/api/transfer-numbers?userId=ana'), 'query.userId')

  const remove = (id: string, person: Person) => person.delete(`/api/transfer-numbers/${id}?userId=${person.id}`)
  await refused(404, remove(second.id, bo))
  await refused(404, remove(unknownId, ana))
  await refused(403, remove(second.id, agent))
  assert.deepEqual(await answered(200, remove(second.id, ana)), { success: true })
  await refused(404, remove(second.id, ana))
  assertShape(await list(ana), [{ id: made.id }])
}

export async function sipProviders(ana: Person, bo: Person, agent: Person): Promise<void> {
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/sip-providers', body)
  const list = (person: Person) => answered(200, person.get(`/api/sip-providers?userId=${person.id}`))
  const carrier = {
    name: 'Carrier',
    host: 'sip.example.com',
    port: 5060,
    username: 'acme',
    password: 'sip secret',
    active: false,
  }
  const made = await answered(201, post({ ...carrier, user_id: bo.id }))
  const provider = {
    id: anId,
    user_id: ana.id,
    name: 'Carrier',
    host: 'sip.example.com',
    port: 5060,
    username: 'acme',
    password: undefined,
    active: false,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, provider)
  assertShape(await list(ana), [{ ...provider, id: made.id }])
  assert.deepEqual(await list(bo), [])
  for (const field of ['name', 'host', 'port', 'username', 'password'])
    await refused(400, post({ ...carrier, [field]: undefined }), `body.${field}`)
  await refused(400, post({ ...carrier, port: 'five thousand' }), 'body.port')
  await refused(400, post({ ...carrier, active: 'yes' }), 'body.active')
  await refused(403, post(carrier, agent))
  await refused(403, bo.get(`/api/sip-providers?userId=${ana.id}`))

  const one = `/api/sip-providers/${made.id}`
  const changed = { ...provider, name: 'The carrier', host: '127.0.0.1', port: 5070 }
  assertShape(await answered(200, ana.put(one, { name: 'The carrier', host: '127.0.0.1', port: 5070 })), changed)
  assertShape(await list(ana), [changed])
  await refused(400, ana.put(one, { port: 70_000 }), 'body.port')
  await refused(403, agent.put(one, { name: 'Mine' }))

  assert.deepEqual(await answered(200, ana.patch(`${one}/status`, { active: true, user_id: ana.id })), {
    success: true,
  })
  assertShape(await list(ana), [{ ...changed, active: true }])
  await refused(400, ana.patch(`${one}/status`, { user_id: ana.id }), 'body.active')

  for (const [person, id] of [
    [bo, made.id],
    [ana, unknownId],
  ] as const) {
    await refused(404, person.put(`/api/sip-providers/${id}`, { name: 'Mine' }))
    await refused(404, person.patch(`/api/sip-providers/${id}/status`, { active: false }))
    await refused(404, person.post(`/api/sip-providers/${id}/test`))
    await refused(404, person.delete(`/api/sip-providers/${id}?userId=${person.id}`))
  }
  assert.deepEqual(await answered(200, ana.delete(`${one}?userId=${ana.id}`)), { success: true })
  assert.deepEqual(await list(ana), [])
}

export async function greetingFiles({ folder, visitor }: Fixture, ana: Person, bo: Person): Promise<void> {
  await writeWav(join(folder, 'hello.wav'), makeTestSignal({ seconds: 2 }))
  const sound = await readFile(join(folder, 'hello.wav'))
  const upload = (content: Uint8Array<ArrayBuffer> | string | undefined, person: FrontEnd = ana) => {
    const form = new FormData()
    form.append('userId', ana.id)
    if (content !== undefined) form.append('file', new Blob([content]), 'hello.wav')
    return person.post('/api/greeting-files', form)
  }
  const made = await answered(201, upload(sound))
  const greeting = {
    id: anId,
    user_id: ana.id,
    filename: 'hello.wav',
    url: /^\/api\/files\/[^/]+\/hello\.wav$/,
    duration_seconds: 2,
    created_at: anInstant,
  }
  assertShape(made, greeting)
  assertShape(await answered(200, ana.get(`/api/greeting-files?userId=${ana.id}`)), [greeting])
  assert.deepEqual(await answered(200, bo.get(`/api/greeting-files?userId=${bo.id}`)), [])
  await refused(400, upload(undefined), 'body.file')
  await refused(415, upload('These are words and no sound.'))
  await refused(403, bo.get(`/api/greeting-files?userId=${ana.id}`))

  const heard = await ana.get(made.url)
  assert.equal(heard.status, 200)
  assert.equal(Number(heard.headers.get('content-length')), sound.length)
  await refused(404, bo.get(made.url))
  await refused(401, visitor.get(made.url))
}
