import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()
const ana = await server.signUp()
const made = async (path: string, body: object) => {
  const answer = await ana.post(path, body)
  assert.equal(answer.status, 201, answer.text)
  return answer.body.data
}
const { id: prospect_id } = await made('/api/prospects', { name: 'Nora Saleh' })
const confidenceOf = ({ ai_confidence, ai_confidence_score }: Record<string, unknown>) => [
  ai_confidence,
  ai_confidence_score,
]

test('a confidence is stated as a word or a number, and the word of a number is returned beside it', async () => {
  for (const [given, expected] of [
    ['medium', ['medium', null]],
    [0.8, ['high', 0.8]],
    [0.5, ['medium', 0.5]],
    [0.49, ['low', 0.49]],
    [undefined, [null, null]],
  ] as const) {
    const conversation = await made('/api/conversations', { prospect_id, ai_confidence: given })
    assert.deepEqual(confidenceOf(conversation), expected, String(given))
  }
  for (const bad of ['certain', 87, -1]) {
    const { status, body } = await ana.post('/api/conversations', { prospect_id, ai_confidence: bad })
    assert.deepEqual([status, body.details[0].path], [400, 'body.ai_confidence'])
  }
})

test('a word replaces a number, a number a word, and null both', async () => {
  const { id } = await made('/api/conversations', { prospect_id, ai_confidence: 0.9 })
  for (const [given, expected] of [
    ['low', ['low', null]],
    [0.6, ['medium', 0.6]],
    [null, [null, null]],
  ] as const) {
    const { body } = await ana.patch(`/api/conversations/${id}`, { ai_confidence: given })
    assert.deepEqual(confidenceOf(body.data), expected)
    const live = await ana.put(`/api/conversations/${id}/live`, { ai_confidence: given })
    assert.deepEqual(confidenceOf(live.body.data), expected)
  }
  await ana.put(`/api/conversations/${id}/live`, { ai_confidence: 'high' })
  await ana.put(`/api/conversations/${id}/live`, { stage: 'closing' })
  const { body } = await ana.get('/api/conversations/live')
  assert.deepEqual(confidenceOf(body.data[0]), ['high', null], 'a change of another field keeps it')
})

test('a stated number of messages counts until there are messages', async () => {
  const conversation = await made('/api/conversations', { prospect_id, prospect_name: 'N. S.', message_count: 3 })
  assert.deepEqual(
    [conversation.message_count, conversation.duration, conversation.prospect_name],
    [3, 0, 'N. S.'],
    'a duration that is not known is 0',
  )
  await made(`/api/conversations/${conversation.id}/messages`, { speaker: 'prospect', message: 'Hello' })
  const { body } = await ana.get(`/api/conversations/${conversation.id}`)
  assert.equal(body.data.message_count, 1)
  const { body: messages } = await ana.get(`/api/conversations/${conversation.id}/messages`)
  assert.deepEqual([messages.data[0].sender, messages.data[0].text], ['customer', 'Hello'])
})

test('every state of a call or chat in progress is kept', async () => {
  const { id } = await made('/api/conversations', { prospect_id })
  for (const status of ['dialing', 'ringing', 'connected', 'typing', 'waiting', 'active', 'ended']) {
    const { body } = await ana.put(`/api/conversations/${id}/live`, { status, next_best_question: 'Which city?' })
    assert.deepEqual([body.data.status, body.data.next_action], [status, 'Which city?'])
    assert.equal(body.data.next_best_question, 'Which city?')
  }
  const { body } = await ana.get('/api/conversations/live')
  assert.ok(!body.data.some(({ conversation_id }: { conversation_id: string }) => conversation_id === id))
})

test('a limit above 200 counts as 200', async () => {
  for (const path of [
    '/api/conversations',
    '/api/prospects',
    '/api/properties',
    '/api/appointments',
    '/api/handoffs',
    '/api/routing-rules',
    '/api/users',
    '/api/campaigns',
    '/api/integrations',
  ]) {
    assert.equal((await ana.get(`${path}?limit=1000`)).status, 200, path)
    assert.equal((await ana.get(`${path}?limit=0`)).status, 400, path)
  }
})
