import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()

test('the steps of an onboarding are kept, and its end makes the client', async () => {
  const ana = await server.signUp()
  const path = `/api/onboarding/${ana.userId}`
  const { body: empty } = await ana.get(path)
  assert.deepEqual([empty.current_step, empty.progress, empty.business_name], [1, 0, null])
  assert.equal((await ana.post(`${path}/complete`)).body.code, 'onboarding_unfinished')

  const business = { business_name: 'Berg Dental', industry: 'Dental Practice', business_phone: '(415) 555-0188' }
  const { body: first } = await ana.post(`${path}/steps/1`, business)
  assert.deepEqual([first.current_step, first.progress, first.completed_steps], [2, 20, [1]])
  await ana.post(`${path}/steps/3`, { caller_responses: { emergency: 'One moment.' } })
  const { body: demo } = await ana.post(`${path}/steps/demo`, { demo_transcripts: [{ speaker: 'AI', text: 'Hi' }] })
  assert.deepEqual([demo.demo_completed, demo.completed_steps, demo.current_step], [true, [1, 3], 2])
  assert.deepEqual([demo.business_name, demo.caller_responses], ['Berg Dental', { emergency: 'One moment.' }])

  const { status, body: done } = await ana.post(`${path}/complete`)
  assert.deepEqual([status, done.progress, done.portal_url], [200, 100, `/portal/${ana.userId}`])
  const { body: client } = await ana.get(`/api/clients/${done.client_id}`)
  assert.deepEqual(
    [client.name, client.phone_number, client.profession],
    ['Berg Dental', '+14155550188', 'Dental Practice'],
  )
  assert.equal((await ana.post(`${path}/complete`)).body.client_id, done.client_id)
  assert.equal((await ana.get('/api/clients')).body.total, 1, 'completed twice, it makes one client')
})

test("no one sees another user's onboarding, not even an owner of the workspace", async () => {
  const ana = await server.signUp()
  const bo = await server.signUp()
  const { body: invitation } = await bo.post(`/api/workspaces/${bo.workspaceId}/invitations`, {
    email: ana.email,
    role: 'admin',
  })
  await ana.post('/api/invitations/accept', { token: invitation.token })
  await ana.post(`/api/onboarding/${ana.userId}/steps/1`, { business_name: 'Berg Dental' })
  assert.equal((await bo.get(`/api/onboarding/${ana.userId}`)).status, 404)
  assert.equal((await bo.post(`/api/onboarding/${ana.userId}/steps/1`, { business_name: 'X' })).status, 404)
  assert.equal((await bo.post(`/api/onboarding/${ana.userId}/complete`)).status, 404)
  assert.equal((await ana.get(`/api/onboarding/${ana.userId}`)).body.business_name, 'Berg Dental')
  assert.equal((await ana.post(`/api/onboarding/${ana.userId}/steps/9`, {})).status, 404)
})
