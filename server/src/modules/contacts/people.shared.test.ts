import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { sharedTestServer } from '../../../test/server.ts'
import { transaction } from '../../platform/context.ts'
import { emit, event } from '../../platform/events.ts'
import { newId } from '../../platform/id.ts'
import { serverContext } from '../../platform/services.ts'
import { findOrMergeContact, findOrCreateContact, timelineProjection } from './index.ts'

const server = await sharedTestServer()
const ana = await server.signUp()
const ctx = serverContext(server.app.services, { workspaceId: ana.workspaceId, userId: ana.userId })

const Waved = event(
  'test.waved',
  z.object({ contact_id: z.uuid(), wave_id: z.uuid() }),
  undefined,
  timelineProjection((wave) => ({
    contact_id: wave.contact_id,
    kind: 'test.waved',
    title: 'Waved from across the street',
    subject: { kind: 'wave', id: wave.wave_id },
  })),
)
const wave = (contact_id: string) => transaction(ctx, async (ctx) => emit(ctx, Waved, { contact_id, wave_id: newId() }))

const newContact = async (more: object) =>
  (await ana.post('/api/contacts', { first_name: 'Bo', last_name: 'Berg', ...more })).body.id as string

test('a contact with one of the identities is found, and gets the others', async () => {
  const id = await newContact({ phone_number: '+14155551001', email: 'Bo@Example.com' })
  const sameByAddress = await findOrCreateContact(ctx, {
    name: 'Robert Berg',
    identities: [
      { kind: 'telegram', value: '4711' },
      { kind: 'email', value: 'bo@example.com' },
    ],
  })
  assert.equal(sameByAddress, id)
  const { body } = await ana.get(`/api/contacts/${id}/identities`)
  assert.deepEqual(body.data.map(({ kind, value }: { kind: string; value: string }) => `${kind}:${value}`).sort(), [
    'email:bo@example.com',
    'phone:+14155551001',
    'telegram:4711',
  ])
  assert.equal((await ana.get(`/api/contacts/${id}`)).body.first_name, 'Bo', 'a name entered by a member stays')
})

test('a number of another contact stays with them; contacts of certainly one person are merged', async () => {
  const known = await newContact({ phone_number: '+14155551077' })
  const met = await findOrCreateContact(ctx, { name: 'Robert', identities: [{ kind: 'whatsapp', value: 'US.77' }] })
  const both = {
    name: 'Robert',
    identities: [
      { kind: 'whatsapp' as const, value: 'US.77' },
      { kind: 'phone' as const, value: '+14155551077' },
    ],
  }
  assert.equal(await findOrCreateContact(ctx, both), met)
  assert.equal((await ana.get(`/api/contacts/${met}`)).body.phone_number, null)
  assert.equal(await findOrMergeContact(ctx, both), known)
  assert.equal((await ana.get(`/api/contacts/${known}/identities`)).body.data.length, 2)
})

test('an unknown caller becomes a contact, with or without a number', async () => {
  const id = await findOrCreateContact(ctx, { name: 'Cy Cole', identities: [{ kind: 'instagram', value: 'cy' }] })
  const { body } = await ana.get(`/api/contacts/${id}`)
  assert.deepEqual([body.first_name, body.last_name, body.phone_number], ['Cy', 'Cole', null])
})

test('merging two contacts moves history, lists and identities; the old id still finds the contact', async () => {
  const keep = await newContact({ phone_number: '+14155551002' })
  const old = await newContact({ phone_number: '+14155551003', email: 'old@example.com', notes: 'likes tea' })
  const { body: list } = await ana.post('/api/contact-lists', { name: 'Both' })
  await ana.post(`/api/contact-lists/${list.id}/contacts`, { contact_ids: [keep, old] })
  await wave(keep)
  await wave(old)

  const { status, body: merged } = await ana.post(`/api/contacts/${keep}/merge`, { contact_id: old })
  assert.equal(status, 200, JSON.stringify(merged))
  assert.deepEqual([merged.phone_number, merged.email, merged.notes], ['+14155551002', 'old@example.com', 'likes tea'])
  assert.equal((await ana.get(`/api/contacts/${old}`)).body.id, keep)
  assert.equal((await ana.get(`/api/contacts/${keep}/timeline`)).body.data.length, 2)
  assert.equal((await ana.get(`/api/contact-lists/${list.id}`)).body.contact_count, 1)
  assert.equal(await findOrCreateContact(ctx, { identities: [{ kind: 'phone', value: '+14155551003' }] }), keep)
  await wave(old)
  assert.equal((await ana.get(`/api/contacts/${keep}/timeline`)).body.data.length, 3)
  assert.equal((await ana.post(`/api/contacts/${keep}/merge`, { contact_id: keep })).status, 400)
})

test('the timeline is read in pages, newest first', async () => {
  const id = await newContact({ phone_number: '+14155551004' })
  for (let i = 0; i < 5; i++) await wave(id)
  const { body: first } = await ana.get(`/api/contacts/${id}/timeline?limit=3`)
  const { body: second } = await ana.get(`/api/contacts/${id}/timeline?limit=3&cursor=${first.next_cursor}`)
  const all = [...first.data, ...second.data]
  assert.equal(new Set(all.map((entry) => entry.id)).size, 5)
  assert.equal(second.next_cursor, null)
  assert.deepEqual(
    all
      .map((entry) => entry.occurred_at)
      .toSorted()
      .toReversed(),
    all.map((entry) => entry.occurred_at),
  )
})

test('changing the number of a contact removes the old identity', async () => {
  const id = await newContact({ phone_number: '+14155551005' })
  await ana.patch(`/api/contacts/${id}`, { phone_number: '+14155551006' })
  const other = await newContact({ phone_number: '+14155551005' })
  assert.equal(await findOrCreateContact(ctx, { identities: [{ kind: 'phone', value: '+14155551005' }] }), other)
  assert.equal((await ana.post(`/api/contacts/${id}/identities`, { kind: 'phone', value: '+14155551005' })).status, 409)
})
