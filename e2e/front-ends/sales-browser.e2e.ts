import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visit as visitPage, withoutChromium } from '../chromium.ts'
import { withScratch } from '../scratch.ts'
import { startSwitchboard } from '../switchboard.ts'
import { answered, assertShape } from './answers.ts'
import { signUp } from './front-end.ts'
import { campaignOfThePage } from './sales/requests.ts'

/** The requests of its pages, from a page of the same origin: sign-in like supabase-js, then the cookie alone. */
const script = (login: object, appointmentId: string) => `
  const json = { 'content-type': 'application/json' }
  const calls = {}
  const send = async (name, path, options) => {
    const response = await fetch(path, options)
    calls[name] = [response.status, await response.json().catch(() => null)]
  }
  await send('before', '/api/campaigns')
  await send('signIn', '/auth/v1/token?grant_type=password', {
    method: 'POST',
    headers: { ...json, apikey: 'any-key', authorization: 'Bearer any-key' },
    body: JSON.stringify(${JSON.stringify(login)}),
  })
  await send('campaigns', '/api/campaigns')
  await send('properties', '/api/properties?city=Riyadh&status=available')
  const handoff = (appointmentId) => ({ method: 'POST', headers: json, body: JSON.stringify({ appointmentId }) })
  await send('handoff', '/api/handoffs/from-appointment', handoff(${JSON.stringify(appointmentId)}))
  await send('sample', '/api/handoffs/from-appointment', handoff('apt-1'))
  await send('signOut', '/auth/v1/logout?scope=global', {
    method: 'POST',
    headers: { apikey: 'any-key', authorization: 'Bearer ' + calls.signIn[1].access_token },
  })
  await send('after', '/api/campaigns')
  await done({ calls, cookie: document.cookie })
`

test('the pages of the sales front-end work in Chromium by cookie', { skip: withoutChromium }, () =>
  withScratch('sales-browser', async (folder) => {
    await using server = await startSwitchboard({ folder, databaseUrl: null })
    const owner = await signUp(server.url, { calls: [], frames: [] })
    await answered(201, owner.post('/api/campaigns', { name: 'Villas', segment: 'hnw', channels: ['phone'] }))
    await answered(201, owner.post('/api/properties', { name: 'Pool villa', city: 'Riyadh' }))
    const prospect = await answered(201, owner.post('/api/prospects', { name: 'Faisal', phone: '+966501230001' }))
    const visit = { prospectId: prospect.data.id, scheduledDate: '2040-03-01T10:00:00Z' }
    const appointment = await answered(201, owner.post('/api/appointments', visit))
    const { calls, cookie } = (await visitPage({
      folder,
      script: script({ email: owner.email, password: owner.password }, appointment.data.id),
      passesOn: {
        to: server.url,
        rewrites: [
          ['/api/', '/compat/sales/api/'],
          ['/auth/v1/', '/auth/v1/'],
        ],
      },
      // oxlint-disable-next-line no-explicit-any -- what the page reports.
    })) as any
    assert.ok(calls, 'the page reported an error')
    const statuses = Object.fromEntries(
      Object.entries(calls as Record<string, [number, unknown]>).map(([name, [status]]) => [name, status]),
    )
    assert.deepEqual(statuses, {
      before: 401,
      signIn: 200,
      campaigns: 200,
      properties: 200,
      handoff: 201,
      sample: 404,
      signOut: 204,
      after: 401,
    })
    assertShape(calls.campaigns[1].data, [campaignOfThePage])
    assertShape(calls.properties[1].data, [{ name: 'Pool villa' }])
    assert.match(calls.sample[1].error, /appointment/)
    assert.equal(cookie, '', 'no script can read the cookie')
  }),
)
