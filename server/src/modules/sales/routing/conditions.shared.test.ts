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

test('a rule with a list of conditions assigns to its member', async () => {
  const rep = await server.addMember(ana, 'sales_rep')
  const conditions = [
    { field: 'city', operator: 'equals', value: 'Riyadh' },
    { field: 'budget', operator: 'greaterThan', value: 5_000_000 },
  ]
  const rule = await made('/api/routing-rules', {
    name: 'Riyadh, high value',
    conditions,
    assign_to: rep.userId,
    priority: 1,
    enabled: true,
  })
  assert.deepEqual(
    [rule.assign_to, rule.strategy, rule.member_ids, rule.priority, rule.position, rule.enabled],
    [rep.userId, 'member', [rep.userId], 1, 1, true],
  )
  assert.deepEqual(rule.conditions.all[1], { field: 'budget', operator: 'greaterThan', value: '5000000' })
  const matching = await made('/api/prospects', { name: 'A', city: 'Riyadh', budget: '8M SAR' })
  assert.equal(matching.assigned_to, rep.userId)
  assert.match(matching.assignment_reason, /city is Riyadh, budget is more than 5000000/)
  assert.equal((await made('/api/prospects', { name: 'B', city: 'Riyadh', budget: '2M SAR' })).assigned_to, null)
  await ana.put(`/api/routing-rules/${rule.id}`, { enabled: false })
  assert.equal((await made('/api/prospects', { name: 'C', city: 'Riyadh', budget: '8M SAR' })).assigned_to, null)
  const { status, body } = await ana.post('/api/routing-rules', {
    name: 'X',
    assign_to: 'auto',
    conditions: [{ field: 'shoe', operator: 'equals', value: '42' }],
  })
  assert.deepEqual([status, body.details[0].path], [400, 'body.conditions.all[0].field'])
})

test('an automatic rule assigns to the sales representatives in turn, without them to managers', async () => {
  const owner = await server.signUp()
  const prospect = async (name: string) => {
    const { body } = await owner.post('/api/prospects', { name })
    return body.data.assigned_to
  }
  const { body } = await owner.post('/api/routing-rules', { name: 'Everybody', conditions: [], assign_to: 'auto' })
  assert.deepEqual([body.data.assign_to, body.data.member_ids], ['auto', []])
  assert.equal(await prospect('A'), owner.userId, 'the owner while the workspace has no other member')
  const reps = [await server.addMember(owner, 'sales_rep'), await server.addMember(owner, 'sales_rep')]
  await server.addMember(owner, 'qa_supervisor')
  const assigned = [await prospect('B'), await prospect('C'), await prospect('D'), await prospect('E')]
  assert.deepEqual(assigned.map((id) => reps.findIndex(({ userId }) => userId === id)).toSorted(), [0, 0, 1, 1])
  const path = `/api/routing-rules/${body.data.id}`
  const refused = await owner.put(path, { strategy: 'round_robin' })
  assert.deepEqual([refused.status, refused.body.details[0].path], [400, 'body.member_ids'])
  const { body: changed } = await owner.put(path, { assign_to: reps[1]?.userId })
  assert.deepEqual([changed.data.strategy, changed.data.member_ids], ['member', [reps[1]?.userId]])
  const outsider = await owner.put(path, { assign_to: ana.userId })
  assert.deepEqual([outsider.status, outsider.body.details[0].path], [400, 'body.assign_to'])
})
