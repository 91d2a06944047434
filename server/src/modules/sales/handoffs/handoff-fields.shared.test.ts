import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'
import { noConversation } from './package.ts'

const server = await sharedTestServer()
const ana = await server.signUp()
const made = async (path: string, body: object) => {
  const answer = await ana.post(path, body)
  assert.equal(answer.status, 201, answer.text)
  return answer.body.data ?? answer.body
}
const prospect = await made('/api/prospects', {
  name: 'Omar Haddad',
  phone: '+971501112233',
  budget: 'AED 2-3M',
  timeline: 'within 2 weeks',
  preferred_channel: 'whatsapp',
})

test('a computed score also has the names of the sales front-end', async () => {
  const { qualification_score: score } = await made('/api/handoffs', { prospect_id: prospect.id })
  assert.deepEqual([score.overallScore, score.budgetFitScore, score.urgency], [score.total, 100, 'high'])
  assert.equal(score.intentScore, Math.round((100 * score.parts.engagement.score) / 20))
  assert.equal(score.propertyMatchConfidence, Math.round((100 * score.parts.need.score) / 20))
  assert.ok(score.riskFlags.includes(score.parts.engagement.reason), 'a weak part is a risk')
  assert.ok(!score.riskFlags.includes(score.parts.budget.reason))
  const { body } = await ana.get('/api/handoffs')
  assert.deepEqual(body.data[0].qualification_score, score)
})

test('a score of a client is kept as it is', async () => {
  const given = { intentScore: 80, budgetFitScore: 70, urgency: 'high', riskFlags: [], overallScore: 77 }
  const handoff = await made('/api/handoffs', { prospect_id: prospect.id, qualification_score: given })
  assert.deepEqual(handoff.qualification_score, given)
})

test('the context is a sentence when no words were recorded, and the preferred channel is suggested', async () => {
  const without = await made('/api/handoffs', { prospect_id: prospect.id })
  assert.equal(without.conversation_context, noConversation)
  assert.equal(without.suggested_follow_up_channel, 'whatsapp')
  const conversation = await made('/api/conversations', {
    prospect_id: prospect.id,
    timestamp: '2026-11-20T09:30:00Z',
    outcome: 'qualified',
  })
  const silent = await made('/api/handoffs', { prospect_id: prospect.id, conversation_id: conversation.id })
  assert.equal(
    silent.conversation_context,
    'Conversation by phone on 2026-11-20 09:30 UTC, outcome: qualified. No words of it were recorded.',
  )
  await made(`/api/conversations/${conversation.id}/messages`, { sender: 'customer', text: 'A villa, please.' })
  const spoken = await made('/api/handoffs', { prospect_id: prospect.id, conversation_id: conversation.id })
  assert.match(spoken.conversation_context, /^customer: A villa, please\.$/)
  const { body } = await ana.put(`/api/handoffs/${spoken.id}`, { conversation_context: null })
  assert.equal(body.conversation_context, noConversation)
})

test('a handoff keeps the name, numbers and address that it states', async () => {
  const stated = {
    prospect_name: 'Omar H.',
    prospect_email: 'omar@work.example.com',
    prospect_phone: '+971 50 999 8877',
    prospect_whatsapp: '+971509998877',
  }
  const handoff = await made('/api/handoffs', { prospect_id: prospect.id, ...stated })
  assert.deepEqual(
    [handoff.prospect_name, handoff.prospect_email, handoff.prospect_phone, handoff.prospect_whatsapp],
    ['Omar H.', 'omar@work.example.com', '+971509998877', '+971509998877'],
  )
  const { status, body } = await ana.post('/api/handoffs', { prospect_id: prospect.id, prospect_phone: 'unknown' })
  assert.deepEqual([status, body.details[0].path], [400, 'body.prospect_phone'])
})

test('an appointment id of any form that does not exist is not found', async () => {
  for (const appointmentId of ['apt-1', 'x'.repeat(200), '01930000-0000-7000-8000-00000000dead']) {
    const { status, body } = await ana.post('/api/handoffs/from-appointment', { appointmentId })
    assert.deepEqual([status, body.error], [404, 'There is no such appointment.'])
  }
})

test('an appointment that is over can be recorded', async () => {
  const visit = { prospect_id: prospect.id, scheduled_date: '2026-01-05T10:00:00Z' }
  assert.equal((await ana.post('/api/appointments', visit)).status, 400)
  const missed = await made('/api/appointments', { ...visit, status: 'no_show' })
  assert.equal(missed.status, 'no_show')
  assert.equal((await ana.get(`/api/prospects/${prospect.id}`)).body.data.status, 'new', 'no appointment is set')
  const { body } = await ana.get(`/api/appointments/${missed.id}/history`)
  assert.deepEqual(
    body.data.map(({ status }: { status: string }) => status),
    ['no_show'],
  )
})
