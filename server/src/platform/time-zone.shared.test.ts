import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../test/server.ts'
import { isTimeZone } from './time-zone.ts'

const server = await sharedTestServer()
const ana = await server.signUp()

const renamedZones = [
  ['Asia/Calcutta', 'Asia/Kolkata'],
  ['Asia/Katmandu', 'Asia/Kathmandu'],
  ['Europe/Kiev', 'Europe/Kyiv'],
  ['America/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['Asia/Saigon', 'Asia/Ho_Chi_Minh'],
]

test('a zone is known by each of its names, here and in the database', async () => {
  for (const zone of [...renamedZones.flat(), 'UTC', 'Etc/UTC', 'GMT', 'US/Pacific', 'America/Ciudad_Juarez']) {
    assert.ok(isTimeZone(zone), zone)
    const { status, body } = await ana.get(`/api/analytics/calls-per-day?days=1&tz=${encodeURIComponent(zone)}`)
    assert.equal(status, 200, `${zone}: ${JSON.stringify(body)}`)
  }
})

test('offsets and unknown names are not time zones', async () => {
  for (const zone of ['+02:00', '-0530', 'Mars/Olympus', 'Europe/', '', 'Europe/Paris; drop table x']) {
    assert.equal(isTimeZone(zone), false, zone)
  }
  const me = (await ana.get('/api/auth/me')).body
  const { status, body } = await ana.patch(`/api/workspaces/${me.workspace.id}`, { time_zone: '+02:00' })
  assert.equal(status, 400)
  assert.equal(body.details[0].path, 'body.time_zone')
})

test('a contact keeps the zone that a browser or a file names', async () => {
  const { status, body } = await ana.post('/api/contacts', {
    first_name: 'Asha',
    last_name: 'Rao',
    phone_number: '+91 22 2778 1234',
    time_zone: 'Asia/Kolkata',
  })
  assert.equal(status, 201, JSON.stringify(body))
  assert.equal(body.time_zone, 'Asia/Kolkata')
})
