import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()

test('a question is answered with a passage, or with the admission that none fits', async () => {
  const ana = await server.signUp()
  const { body: dentist } = await ana.post('/api/clients', { name: 'Berg Dental' })
  const { body: lawyer } = await ana.post('/api/clients', { name: 'Lima Legal' })
  const hours = 'Opening hours: Monday to Friday, 9 to 17.'
  const teach = (client: { id: string }, title: string, content: string) =>
    ana.post(`/api/clients/${client.id}/knowledge`, { title, content })
  await teach(dentist, 'Opening hours', hours)
  await teach(lawyer, 'Prices', 'Our prices: the first consultation costs 90 EUR.')
  const ask = async (body: object) => (await ana.post('/api/ask', body)).body
  const answered = await ask({ question: 'When do you open?' })
  assert.deepEqual([answered.answer, answered.found, answered.title], [hours, true, 'Opening hours'])
  assert.equal(answered.client_id, dentist.id)
  assert.match((await ask({ question: 'What are your prices?' })).answer, /90 EUR/)
  for (const body of [
    { question: 'Do you have a parking garage?' },
    { question: 'What are your prices?', client_id: dentist.id },
    { question: 'What is the to and from?' },
  ]) {
    const { found, answer, title } = await ask(body)
    assert.deepEqual([found, title], [false, null], body.question)
    assert.match(answer, /do not know/)
  }
  const bo = await server.signUp()
  assert.equal((await bo.post('/api/ask', { question: 'When do you open on Monday?' })).body.found, false)
  assert.equal((await bo.post('/api/ask', { question: 'When?', client_id: dentist.id })).status, 404)
  assert.equal((await server.anyone.post('/api/ask', { question: 'When?' })).status, 401)
})
