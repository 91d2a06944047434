import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { placesOf } from '../../../test/places.ts'
import { startTestServer } from '../../../test/server.ts'
import { until } from '../../../test/until.ts'
import { createFixture } from '../../../test/fixture.ts'

const server = await startTestServer()
const { pool } = server.app.services.connections

test('erasing a contact removes their personal data from calls, recordings, orders, forms and conversations', async () => {
  const { owner, ids } = await createFixture(server)
  const [name, number, email] = ['Persephone Unmistakable', '+15557654321', 'persephone@example.com']
  const { body: contact } = await owner.post('/api/contacts', {
    first_name: name,
    last_name: 'Of Enna',
    phone_number: number,
    email,
    notes: name,
  })
  // One row of each kind that refers to the contact.
  const { body: order } = await owner.post(`/api/shops/${owner.workspaceId}/orders`, {
    customerName: name,
    customerId: contact.id,
    items: [{ productId: ids.products, quantity: 1 }],
  })
  await owner.post('/api/prospects', { contact_id: contact.id, name, phone: number, email, city: 'Enna' })
  const { body: call } = await owner.post('/api/calls', {
    client_id: ids.clients,
    caller_name: name,
    caller_phone: number,
    transcript: `I am ${name}.`,
    notes: name,
  })
  const recording = await keepFile(owner.workspaceId, owner.userId, 'recording.wav')
  const picture = await keepFile(owner.workspaceId, owner.userId, 'picture.png')
  const inTheirName = [
    [
      `insert into campaigns.targets (workspace_id, campaign_id, contact_id, phone_number, zones, status, attempts, next_attempt_at, answered_at, finished_at)
       values ($1, $2, $3, $4, '{UTC}', 'completed', 1, now(), now(), now())`,
      [owner.workspaceId, ids.campaigns, contact.id, number],
    ],
    [
      `insert into campaigns.attempts (id, workspace_id, campaign_id, target_id, number, node_id, phone_number, invite_at, recording_file_id)
       select gen_random_uuid(), $1, $2, t.id, 1, gen_random_uuid(), $4, now(), $5
         from campaigns.targets t where t.contact_id = $3`,
      [owner.workspaceId, ids.campaigns, contact.id, number, recording.id],
    ],
    [
      `insert into shop.form_submissions (id, workspace_id, form_id, contact_id, "values")
       values (gen_random_uuid(), $1, $2, $3, jsonb_build_object('email', $4::text))`,
      [owner.workspaceId, ids.forms, contact.id, email],
    ],
    [
      `insert into contacts.import_faults (workspace_id, import_id, line, message, cells)
       values ($1, $2, 99, 'Twice', array[$3, '+1 (555) 765-4321'])`,
      [owner.workspaceId, ids.imports, name],
    ],
    [
      `insert into inbox.conversations (id, workspace_id, contact_id, customer_name, channel)
       values (gen_random_uuid(), $1, $2, $3, 'telegram')`,
      [owner.workspaceId, contact.id, name],
    ],
    [
      `insert into inbox.messages (id, workspace_id, conversation_id, sender, text, attachment)
       select gen_random_uuid(), $1, c.id, 'customer', $3, jsonb_build_object('url', $4::text)
         from inbox.conversations c where c.contact_id = $2 and c.channel = 'telegram'`,
      [owner.workspaceId, contact.id, name, `/api/files/${picture.id}/picture.png`],
    ],
  ] as const
  for (const [text, values] of inTheirName) await pool.query(text, [...values])
  const before = await placesOf(server, name, number, email)
  for (const table of [
    'campaigns.targets',
    'campaigns.attempts',
    'receptionist.calls',
    'shop.orders',
    'inbox.messages',
  ]) {
    assert.ok(before.includes(table), table)
  }

  const { body: counts } = await owner.get(`/api/campaigns/${ids.campaigns}`)
  const agent = await server.addMember(owner, 'agent')
  assert.equal((await agent.post(`/api/contacts/${contact.id}/erase`)).status, 403)
  const erased = await owner.post(`/api/contacts/${contact.id}/erase`)
  assert.deepEqual([erased.status, erased.body], [200, { success: true }], erased.text)

  assert.deepEqual(await placesOf(server, name, number, email), [])
  for (const { storage_key } of [recording, picture]) await untilGone(storage_key)
  // Totals that the workspace has to account for stay.
  assert.equal((await owner.get(`/api/shops/${owner.workspaceId}/orders/${order.id}`)).body.customerName, 'Erased')
  const { body: logged } = await owner.get(`/api/calls/${call.id}`)
  assert.deepEqual([logged.caller_name, logged.caller_phone, logged.transcript], [null, null, null])
  const { body: still } = await owner.get(`/api/campaigns/${ids.campaigns}`)
  assert.equal(still.total_calls, counts.total_calls)
  // Data of other contacts stays.
  assert.equal((await owner.get(`/api/contacts/${ids.contacts}`)).status, 200)
  assert.equal((await owner.post(`/api/contacts/${contact.id}/erase`)).status, 404)
})

test('a contact cannot be erased during a campaign call; the do-not-call list keeps their number', async () => {
  const { owner, ids } = await createFixture(server)
  const number = '+15557654322'
  const { body: contact } = await owner.post('/api/contacts', { first_name: 'A', last_name: 'B', phone_number: number })
  await owner.post('/api/do-not-call', { phone_number: number })
  await pool.query(
    `insert into campaigns.targets (workspace_id, campaign_id, contact_id, phone_number, zones, status, next_attempt_at, node_id)
     values ($1, $2, $3, $4, '{UTC}', 'dialling', now(), gen_random_uuid())`,
    [owner.workspaceId, ids.campaigns, contact.id, number],
  )
  const busy = await owner.post(`/api/contacts/${contact.id}/erase`)
  assert.deepEqual([busy.status, busy.body.code], [409, 'in_use'])
  await pool.query(`update campaigns.targets set node_id = null where contact_id = $1`, [contact.id])
  assert.equal((await owner.post(`/api/contacts/${contact.id}/erase`)).status, 200)
  const { body: list } = await owner.get('/api/do-not-call')
  assert.ok(list.data.some(({ phone_number }: { phone_number: string }) => phone_number === number))
})

test('erasing covers every table that refers to a contact', async () => {
  const { rows } = await pool.query<{ name: string }>(`
    select conrelid::regclass::text as name from pg_constraint
     where contype = 'f' and confrelid = 'contacts.contacts'::regclass and confdeltype = 'n' order by 1`)
  const { rows: source } = await pool.query<{ text: string }>(
    `select prosrc as text from pg_proc where oid = 'contacts.erase'::regproc`,
  )
  assert.ok(rows.length >= 4)
  for (const { name } of rows) assert.ok(source[0]!.text.includes(`update ${name} `), name)
})

const { storage } = server.app.services

async function keepFile(workspaceId: string, userId: string, filename: string) {
  const id = crypto.randomUUID()
  const storage_key = `${workspaceId}/${id}`
  const { sizeBytes, sha256 } = await storage.write(storage_key, Readable.from([Buffer.from(filename)]))
  await pool.query(
    `insert into files.files (id, workspace_id, user_id, filename, mime_type, size_bytes, sha256, storage_key)
     values ($1, $2, $3, $4, 'application/octet-stream', $5, $6, $7)`,
    [id, workspaceId, userId, filename, sizeBytes, sha256, storage_key],
  )
  return { id, storage_key }
}

/** Stored content is deleted after the commit. */
const untilGone = (key: string) =>
  until(`${key} is gone`, () =>
    storage.localPath(key).then(
      () => false,
      () => true,
    ),
  )
