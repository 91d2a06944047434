import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()
const owner = await server.signUp()

test('a response names the fields and parameters that had no effect', async () => {
  const created = await owner.post('/api/contacts?shade=dark', {
    firstName: 'Ana',
    phoneNumber: '+15550100200',
    colour: 'red',
  })
  assert.equal(created.status, 201, created.text)
  assert.equal(created.body.first_name, 'Ana')
  assert.equal(created.headers.get('x-ignored-fields'), 'query.shade, body.colour')
})

test('a response whose fields all had an effect names none', async () => {
  const created = await owner.post('/api/contacts', { first_name: 'Ben', phone_number: '+15550100201' })
  assert.equal(created.headers.get('x-ignored-fields'), null)
})

test('strict handling refuses an unknown field with its path, and changes nothing', async () => {
  const strict = { prefer: 'handling=strict, respond-async' }
  const refused = await owner.post('/api/contacts', { first_name: 'Cara', colour: 'red' }, strict)
  assert.equal(refused.status, 400)
  assert.equal(refused.body.code, 'unknown_field')
  assert.deepEqual(refused.body.details, [{ path: 'body.colour', message: 'There is no such field here.' }])
  assert.equal((await owner.get('/api/contacts?q=Cara')).body.data.length, 0)
  const listed = await owner.get('/api/contacts?shade=dark', strict)
  assert.equal(listed.body.details[0].path, 'query.shade')
  const accepted = await owner.get('/api/contacts', strict)
  assert.equal(accepted.headers.get('preference-applied'), 'handling=strict')
})

test('a replayed response names them too', async () => {
  const key = { 'idempotency-key': 'ignored-fields' }
  await owner.post('/api/contacts', { first_name: 'Dan', colour: 'red' }, key)
  const again = await owner.post('/api/contacts', { first_name: 'Dan', colour: 'red' }, key)
  assert.equal(again.headers.get('idempotency-replayed'), 'true')
  assert.equal(again.headers.get('x-ignored-fields'), 'body.colour')
})

test('an operation without a body names whatever is sent', async () => {
  const left = await owner.post('/api/auth/logout', { everywhere: true })
  assert.equal(left.headers.get('x-ignored-fields'), 'body.everywhere')
})

test('errors have their sentence under both names', async () => {
  const { body } = await server.anyone.get('/api/contacts')
  assert.equal(body.message, body.error)
})
