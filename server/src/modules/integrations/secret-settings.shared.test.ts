import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../test/server.ts'
import { splitSettings } from './secret-settings.ts'

const server = await sharedTestServer()

test('settings with the name of a secret are separated at any depth', () => {
  assert.deepEqual(
    splitSettings({
      region: 'eu1',
      apiKey: 'k',
      hasToken: true,
      oauth: { clientId: 'c', client_secret: 's', scopes: ['a'] },
      accounts: [{ name: 'A', access_token: 't' }],
      credentials: { user: 'u' },
      monkey: 'see',
    }),
    {
      open: {
        region: 'eu1',
        hasToken: true,
        oauth: { clientId: 'c', scopes: ['a'] },
        accounts: [{ name: 'A' }],
        monkey: 'see',
      },
      secrets: {
        apiKey: 'k',
        'oauth.client_secret': 's',
        'accounts[0].access_token': 't',
        credentials: { user: 'u' },
      },
    },
  )
})

test('secrets among the settings are kept, named and never returned', async () => {
  const ana = await server.signUp()
  const all: string[] = []
  const read = async (call: ReturnType<typeof ana.get>, status = 200) => {
    const answer = await call
    assert.equal(answer.status, status, answer.text)
    all.push(answer.text)
    return answer.body.data
  }
  const config = { region: 'eu1', apiKey: 'hush-1', auth: { user: 'ana', password: 'hush-2' } }
  const made = await read(ana.post('/api/integrations', { name: 'HubSpot', type: 'crm', icon: 'hubspot', config }), 201)
  assert.deepEqual(made.config, { region: 'eu1', auth: { user: 'ana' } })
  assert.deepEqual(made.settings, made.config)
  assert.deepEqual([made.icon, made.secret_settings], ['hubspot', ['apiKey', 'auth.password']])

  const changed = await read(
    ana.put('/api/integrations', {
      id: made.id,
      status: 'connected',
      last_sync: '2026-11-01T10:00:00Z',
      config: { apiKey: null, token: 'hush-3' },
    }),
  )
  assert.deepEqual(
    [changed.status, changed.last_sync, changed.icon],
    ['connected', '2026-11-01T10:00:00.000Z', 'hubspot'],
  )
  assert.deepEqual(changed.secret_settings, ['auth.password', 'token'], 'one that is left out is kept, null clears one')
  assert.deepEqual(changed.config, made.config)
  assert.equal((await read(ana.put(`/api/integrations/${made.id}`, { icon: null }))).icon, null)
  await read(ana.get('/api/integrations'))
  await read(ana.get(`/api/integrations/${made.id}`))
  assert.doesNotMatch(all.join(), /hush/)

  const other = await server.signUp()
  assert.equal((await other.put('/api/integrations', { id: made.id, status: 'error' })).status, 404)
  assert.equal((await ana.put('/api/integrations', { status: 'error' })).status, 400)
  const platform = await ana.post('/api/integrations', { name: 'Telegram', type: 'messaging', config: { token: 'x' } })
  assert.deepEqual([platform.status, platform.body.details[0].path], [400, 'body.settings'])
})
