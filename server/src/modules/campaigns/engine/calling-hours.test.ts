import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { readConfig } from '../../../config.ts'
import type { OpenDatabase } from '../../../platform/database/open.ts'
import { createLog } from '../../../platform/log.ts'
import { queryAsSystem } from '../../../../test/campaign-simulation/query.ts'
import { openTestDatabase } from '../../../../test/database.ts'
import { defaults } from '../settings-schema.ts'

let database: OpenDatabase
before(async () => {
  const config = readConfig({
    DATA_DIR: path.join(tmpdir(), 'switchboard-hours'),
    ...(process.env.DATABASE_URL && { DATABASE_URL: process.env.DATABASE_URL }),
  })
  database = await openTestDatabase(config, createLog('silent'))
})
after(() => database.close())

const query = (text: string, values?: unknown[]) =>
  queryAsSystem(database.pool, text, values) as Promise<Record<string, unknown>[]>

async function nextOpening(hours: object | null, zones: string[], at: string): Promise<string | null> {
  const [row] = await query('select campaigns.next_opening($1, $2, $3) as at', [
    hours && JSON.stringify(hours),
    zones,
    at,
  ])
  return row?.at as string | null
}

const everyDay = defaults.calling_hours
const officeHours = { start: '09:00', end: '17:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] }

// 2026: daylight saving begins on 8 March and ends on 1 November in New York, 29 March and 25 October in Berlin.
const table: [what: string, hours: object | null, zones: string[], at: string, opening: string | null][] = [
  ['any time', null, ['America/New_York'], '2026-01-10T03:00:00.000Z', '2026-01-10T03:00:00.000Z'],
  ['within hours', everyDay, ['America/New_York'], '2026-01-10T13:00:00.000Z', '2026-01-10T13:00:00.000Z'],
  ['a minute before opening', everyDay, ['America/New_York'], '2026-01-10T12:59:00.000Z', '2026-01-10T13:00:00.000Z'],
  [
    'closing time is no longer within',
    everyDay,
    ['America/New_York'],
    '2026-01-11T02:00:00.000Z',
    '2026-01-11T13:00:00.000Z',
  ],
  [
    'the night of the spring change is an hour shorter',
    everyDay,
    ['America/New_York'],
    '2026-03-08T02:00:00.000Z',
    '2026-03-08T12:00:00.000Z',
  ],
  [
    'the night of the autumn change is an hour longer',
    everyDay,
    ['America/New_York'],
    '2026-11-01T01:30:00.000Z',
    '2026-11-01T13:00:00.000Z',
  ],
  [
    'Berlin before its spring change',
    everyDay,
    ['Europe/Berlin'],
    '2026-03-28T06:00:00.000Z',
    '2026-03-28T07:00:00.000Z',
  ],
  [
    'Berlin after its spring change',
    everyDay,
    ['Europe/Berlin'],
    '2026-03-29T05:00:00.000Z',
    '2026-03-29T06:00:00.000Z',
  ],
  ['Phoenix keeps its time', everyDay, ['America/Phoenix'], '2026-07-01T14:00:00.000Z', '2026-07-01T15:00:00.000Z'],
  [
    'Lord Howe changes by half an hour',
    everyDay,
    ['Australia/Lord_Howe'],
    '2026-10-03T20:00:00.000Z',
    '2026-10-03T21:00:00.000Z',
  ],
  [
    'an opening that the spring change skips',
    { start: '02:30', end: '12:00', days: ['sun'] },
    ['America/New_York'],
    '2026-03-08T06:00:00.000Z',
    '2026-03-08T07:30:00.000Z',
  ],
  [
    'Friday evening waits for Monday',
    officeHours,
    ['Europe/Berlin'],
    '2026-11-20T17:00:00.000Z',
    '2026-11-23T08:00:00.000Z',
  ],
  [
    'the day is the contact’s own',
    officeHours,
    ['Pacific/Auckland'],
    '2026-11-22T20:00:00.000Z',
    '2026-11-22T20:00:00.000Z',
  ],
  [
    'two zones: open only when both are',
    everyDay,
    ['America/New_York', 'America/Los_Angeles'],
    '2026-01-10T13:00:00.000Z',
    '2026-01-10T16:00:00.000Z',
  ],
  [
    'two zones: closed when the first closes',
    everyDay,
    ['America/New_York', 'America/Los_Angeles'],
    '2026-01-11T02:00:00.000Z',
    '2026-01-11T16:00:00.000Z',
  ],
  [
    'an unknown number of +1 has the narrowest window',
    everyDay,
    ['America/St_Johns', 'Pacific/Honolulu'],
    '2026-01-10T12:00:00.000Z',
    '2026-01-10T18:00:00.000Z',
  ],
  [
    'to the end of the day',
    { start: '22:00', end: '24:00', days: ['sat'] },
    ['UTC'],
    '2026-01-10T23:59:59.000Z',
    '2026-01-10T23:59:59.000Z',
  ],
  [
    'zones that share no hour',
    { start: '18:00', end: '19:00', days: everyDay.days },
    ['America/New_York', 'America/Los_Angeles'],
    '2026-01-10T12:00:00.000Z',
    null,
  ],
]

for (const [what, hours, zones, at, opening] of table) {
  test(`calling hours: ${what}`, async () => assert.equal(await nextOpening(hours, zones, at), opening))
}

test('a number has the time zones of its area', async () => {
  const zonesOf = async (number: string) => (await query('select telephony.zones_of($1) as zones', [number]))[0]?.zones
  assert.deepEqual(await zonesOf('+12125550123'), ['America/New_York'])
  assert.deepEqual(await zonesOf('+18005550123'), ['America/St_Johns', 'Pacific/Honolulu'])
  assert.deepEqual(await zonesOf('+4930123456'), ['Europe/Berlin'])
  assert.deepEqual(await zonesOf('+12085550123'), ['America/Boise', 'America/Denver', 'America/Los_Angeles'])
  assert.equal(await zonesOf('+80012345678'), null)
})

test('the database knows every time zone of a number', async () => {
  const rows = await query(`
    select distinct zone from telephony.number_zones, unnest(zones) zone where zone not in (select name from pg_timezone_names)`)
  assert.deepEqual(rows, [])
})

test('ids created by the database are UUIDv7 in the order of creation', async () => {
  const rows = await query('select campaigns.new_id(n)::text as id from generate_series(1, 5000) n')
  const ids = rows.map(({ id }) => id as string)
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.deepEqual(ids, ids.toSorted())
  const madeAt = Number.parseInt((ids[0] as string).replaceAll('-', '').slice(0, 12), 16)
  assert.ok(Math.abs(Date.now() - madeAt) < 60_000)
})
