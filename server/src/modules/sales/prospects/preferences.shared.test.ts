import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()
const ana = await server.signUp()
const made = async (path: string, body: object) => {
  const answer = await ana.post(path, body)
  assert.equal(answer.status, 201, answer.text)
  return answer.body.data ?? answer.body
}

test('a prospect keeps segment, preferences and a budget in numbers, under either name', async () => {
  const prospect = await made('/api/prospects', {
    full_name: 'Huda Noor',
    whatsapp_number: '+971501230001',
    primary_segment: 'investor',
    property_type_pref: 'villa',
    beds_min: 3,
    budget_min: 1_000_000,
    budget_max: 2_000_000,
    consent_status: 'opted_in',
  })
  assert.deepEqual(
    [prospect.name, prospect.full_name, prospect.whatsapp, prospect.whatsapp_number],
    ['Huda Noor', 'Huda Noor', '+971501230001', '+971501230001'],
  )
  assert.deepEqual(
    [prospect.primary_segment, prospect.property_type_pref, prospect.beds_min, prospect.consent_status, prospect.dnc],
    ['investor', 'villa', 3, 'opted_in', false],
  )
  assert.deepEqual([prospect.budget, prospect.budget_min, prospect.budget_max], [null, 1_000_000, 2_000_000])
  const path = `/api/prospects/${prospect.id}`
  const { body } = await ana.put(path, { budget: '3M', primary_segment: null })
  assert.deepEqual([body.data.budget_max, body.data.primary_segment], [3_000_000, null])
  assert.equal((await ana.put(path, { budget_max: 5_000_000 })).body.data.budget_max, 5_000_000)
})

test('the preferences are needs: they choose the suggested properties', async () => {
  await made('/api/properties', { name: 'Small Flat', city: 'Muscat', bedrooms: 1, type: 'apartment', price: 1e6 })
  await made('/api/properties', { name: 'Wide Villa', city: 'Muscat', bedrooms: 4, type: 'villa', price: 1.5e6 })
  const prospect = await made('/api/prospects', {
    name: 'Rami',
    city: 'Muscat',
    property_type_pref: 'Villa',
    beds_min: 4,
    budget_max: 2_000_000,
  })
  const handoff = await made('/api/handoffs', { prospect_id: prospect.id })
  assert.equal(handoff.suggested_properties[0], 'Wide Villa')
  assert.deepEqual(handoff.detected_needs, ['City: Muscat', 'Budget: 2,000,000', 'Bedrooms: 4', 'Type: villa'])
})

test('a prospect who opts out is put on the do-not-call list, and is taken off it only there', async () => {
  const prospect = await made('/api/prospects', { name: 'Sara', phone: '+971501230002' })
  const path = `/api/prospects/${prospect.id}`
  assert.equal((await ana.put(path, { dnc: false })).status, 200, 'false for one who is not on it changes nothing')
  const out = await ana.put(path, { consent_status: 'opted_out' })
  assert.deepEqual([out.body.data.consent_status, out.body.data.dnc], ['opted_out', true])
  const { body } = await ana.get('/api/do-not-call')
  const [entry] = body.data
  assert.deepEqual([entry.phone_number, entry.reason], ['+971501230002', 'The prospect opted out'])
  const refused = await ana.put(path, { dnc: false })
  assert.deepEqual([refused.status, refused.body.details[0].path], [400, 'body.dnc'])
  assert.equal((await ana.delete(`/api/do-not-call?id=${entry.id}`)).status, 200)
  assert.equal((await ana.get(path)).body.data.dnc, false)
  const listed = await made('/api/prospects', { name: 'Tarek', whatsapp: '+971501230003', dnc: true })
  assert.equal(listed.dnc, true)
})
