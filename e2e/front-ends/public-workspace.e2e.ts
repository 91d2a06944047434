import assert from 'node:assert/strict'
import { testOnBothDatabases } from '../databases.ts'
import { withScratch } from '../scratch.ts'
import { startSwitchboard } from '../switchboard.ts'
import { anId, answered, assertShape, refused } from './answers.ts'
import { openFrontEnd, signUp } from './front-end.ts'

// The sales front-end needs anonymous read access to properties and integrations. The operator sets the workspace.

testOnBothDatabases('the sales front-end: anonymous reads of the public workspace', (databaseUrl) =>
  withScratch('public', async (folder) => {
    const notes = { calls: [], frames: [] }
    let workspaceId = ''
    let login = {}
    {
      await using server = await startSwitchboard({ folder, databaseUrl })
      const mona = await signUp(server.url, notes)
      workspaceId = mona.workspaceId
      await answered(201, mona.post('/api/properties', { name: 'Palm Villa', city: 'Dubai', features: ['pool'] }))
      await answered(201, mona.post('/api/properties', { name: 'Marina Flat', city: 'Paris', status: 'sold' }))
      await answered(201, mona.post('/api/integrations', { name: 'HubSpot', type: 'crm', token: 'pat-secret' }))
      await answered(201, mona.post('/api/prospects', { name: 'Omar Haddad' }))
      const zed = await signUp(server.url, notes)
      await answered(201, zed.post('/api/properties', { name: "Zed's hut" }))
      login = { email: zed.email, password: zed.password }
    }
    const settings = { PUBLIC_WORKSPACE_ID: workspaceId }
    await using server = await startSwitchboard({ folder, databaseUrl, settings })
    const visitor = openFrontEnd(server.url, notes)
    const properties = await answered(200, visitor.get('/api/properties'))
    assertShape(properties, {
      data: [
        { id: anId, name: 'Marina Flat' },
        { name: 'Palm Villa', features: ['pool'] },
      ],
    })
    assertShape(await answered(200, visitor.get('/api/properties?city=Dubai')), { data: [{ name: 'Palm Villa' }] })
    const { data } = await answered(200, visitor.get('/api/integrations'))
    assert.deepEqual(data, [{ name: 'HubSpot', type: 'crm', status: 'disconnected' }])
    assertShape(await answered(200, visitor.get('/api/test-db')), {
      success: true,
      tables: { properties: { accessible: true, count: 2 }, integrations: { accessible: true, count: 1 } },
    })
    await refused(401, visitor.post('/api/properties', { name: 'Mine' }))
    for (const path of [
      'prospects',
      'conversations',
      'campaigns',
      'appointments',
      'handoffs',
      'users',
      'routing-rules',
    ])
      await refused(401, visitor.get(`/api/${path}`))

    // A signed-in user sees their own workspace.
    const { token } = await answered(200, visitor.post('/api/auth/login', login))
    const zed = openFrontEnd(server.url, notes, token)
    assertShape(await answered(200, zed.get('/api/properties')), { data: [{ name: "Zed's hut" }] })
  }),
)
