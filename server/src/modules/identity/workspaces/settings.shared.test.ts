import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()

test('settings of the workspace are stored, and preferences are merged', async () => {
  const ana = await server.signUp()
  const { body: initial } = await ana.get('/api/settings')
  assert.deepEqual([initial.workspace_id, initial.preferences], [ana.workspaceId, {}])
  await ana.put('/api/settings', { preferences: { theme: 'dark', mails: { weekly: true } } })
  const { body: changed } = await ana.put('/api/settings', {
    time_zone: 'Europe/Lisbon',
    preferences: { theme: null, font: 'big' },
  })
  assert.deepEqual(changed.preferences, { mails: { weekly: true }, font: 'big' })
  assert.deepEqual((await ana.get('/api/settings')).body, changed)
  assert.equal((await ana.get(`/api/workspaces/${ana.workspaceId}`)).body.time_zone, 'Europe/Lisbon')
})

test('preferences cannot grow without end, and a refused change changes nothing', async () => {
  const ana = await server.signUp()
  await ana.put('/api/settings', { preferences: { one: 'x'.repeat(20_000) } })
  const { status } = await ana.put('/api/settings', { name: 'New', preferences: { two: 'x'.repeat(20_000) } })
  assert.equal(status, 400)
  const { body: kept } = await ana.get('/api/settings')
  assert.deepEqual(Object.keys(kept.preferences), ['one'])
  assert.notEqual(kept.name, 'New')
})
