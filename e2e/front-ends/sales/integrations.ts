import assert from 'node:assert/strict'
import { anId, anInstant, answered, assertShape, refused } from '../answers.ts'
import { data, type Sales } from './fixture.ts'

export async function checkIntegrations({ visitor, owner, team }: Sales): Promise<void> {
  const hubspot = { name: 'HubSpot', type: 'crm', status: 'connected' }
  const made = await data(201, team.operations.post('/api/integrations', { ...hubspot, token: 'pat-secret' }))
  assertShape(made, { id: anId, ...hubspot, last_sync: (value) => value === null || anInstant(value) })
  assertShape(await data(200, owner.post('/api/integrations', { ...hubspot, status: 'disconnected' })), {
    id: made.id,
    status: 'disconnected',
  })
  await refused(400, owner.post('/api/integrations', { type: 'crm' }), 'body.name')
  await refused(400, owner.post('/api/integrations', { name: 'X', type: 'abacus' }), 'body.type')
  const listed = await owner.get('/api/integrations')
  assertShape(listed.body.data, [{ id: made.id, name: 'HubSpot', type: 'crm' }])
  assert.doesNotMatch(listed.text, /pat-secret/)
  await refused(400, owner.get('/api/integrations?limit=0'), 'query.limit')

  // No public workspace is configured, so anonymous reads are refused.
  assertShape(await answered(200, visitor.get('/api/properties')), { data: [] })
  assertShape(await answered(200, visitor.get('/api/integrations')), { data: [] })
  assert.deepEqual(await answered(200, visitor.get('/api/test-db')), {
    success: true,
    message: 'Database connection successful!',
    tables: { properties: { accessible: true, count: 0 }, integrations: { accessible: true, count: 0 } },
  })
}
