import assert from 'node:assert/strict'
import { callingDay } from '../../examples/calling.ts'
import { chatDay } from '../../examples/chat.ts'
import { receptionistDay } from '../../examples/receptionist.ts'
import { salesDay } from '../../examples/sales.ts'
import { shopDay } from '../../examples/shop.ts'
import { testOnBothDatabases } from '../databases.ts'
import { withScratch } from '../scratch.ts'
import { startSwitchboard } from '../switchboard.ts'
import { answered } from './answers.ts'
import { manyFromOneAddress, operate } from './contract.ts'
import { openFrontEnd } from './front-end.ts'
import type { FrontEnd } from './front-end.ts'
import { startRecorder } from './recorder.ts'
import type { Recording } from './recorder.ts'

/** How many days of each front-end run at the same time on one server. At least 2. */
const rounds = Number(process.env.ROUNDS ?? 3)

const days = { calling: callingDay, chat: chatDay, receptionist: receptionistDay, shop: shopDay, sales: salesDay }
type Kind = keyof typeof days
interface Day extends Recording {
  kind: Kind
}

/** The records that each user of a day sees in the end: their own, and none of the other days. */
const remaining: Record<string, Partial<Record<Kind, number>>> = {
  '/api/contacts': { calling: 5, receptionist: 1, shop: 2, sales: 1 },
  '/api/contact-lists': { calling: 1 },
  '/api/do-not-call': { calling: 2 },
  '/api/transfer-numbers': { calling: 1 },
  '/api/sip-providers': { calling: 1 },
  '/api/greeting-files': { calling: 1 },
  '/api/campaigns': { calling: 1, sales: 1 },
  '/api/chats': { chat: 1 },
  '/api/video-calls': { chat: 1 },
  '/api/clients': { receptionist: 1 },
  '/api/calls': { receptionist: 3 },
  '/api/shops': { shop: 1 },
  '/api/properties': { sales: 2 },
  '/api/prospects': { sales: 1 },
  '/api/conversations': { shop: 1, sales: 1 },
  '/api/appointments': { sales: 1 },
  '/api/handoffs': { sales: 1 },
  '/api/users': { calling: 1, chat: 1, receptionist: 1, shop: 1, sales: 3 },
}
const peopleOf: Record<Kind, number> = { calling: 1, chat: 2, receptionist: 1, shop: 1, sales: 3 }

testOnBothDatabases(`the days of all five front-ends at once, ${rounds} of each`, (databaseUrl, t) =>
  withScratch('together', async (folder) => {
    await using server = await startSwitchboard({ folder, databaseUrl, settings: manyFromOneAddress })
    const { url } = server
    const root = { email: 'root@example.com', password: 'correct horse battery' }
    await operate(server, databaseUrl, ['user', 'create', root.email, '--admin'], `${root.password}\n`)

    using recorder = startRecorder()
    const narration = t.mock.method(console, 'log', () => undefined)
    const kinds = Array.from({ length: rounds }, () => Object.keys(days) as Kind[]).flat()
    const outcomes = await Promise.allSettled(
      kinds.map(async (kind): Promise<Day> => ({ kind, ...(await recorder.record(() => days[kind](url))) })),
    )
    narration.mock.restore()
    const finished = outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value
    })
    assert.equal(finished.flatMap(({ tokens }) => tokens).length, rounds * 8)

    const as = (token?: string) => openFrontEnd(url, { calls: [], frames: [] }, token)
    await t.test('no day receives data of another day', () => assertNothingShared(finished))
    await t.test('no day can read the records of another day', () => assertNoneReadsOthers(finished, url, as))
    await t.test('every user finds all their own records in the end', async () => {
      for (const { kind, tokens } of finished) {
        assert.equal(tokens.length, peopleOf[kind])
        for (const token of tokens) assert.deepEqual(await countAll(as(token)), expectedOf(kind), kind)
      }
    })
    await t.test('the statistics of the platform count all of them', async () => {
      const { token } = await answered(200, as().post('/api/auth/login', root))
      const { users, chats, messages, video_calls } = await answered(200, as(token).get('/api/admin/stats'))
      assert.deepEqual(
        { users, chats, messages, video_calls },
        { users: 1 + 8 * rounds, chats: rounds, messages: 3 * rounds, video_calls: rounds },
      )
    })
  }),
)

function assertNothingShared(finished: Day[]): void {
  const dayOf = new Map<string, Day>()
  for (const day of finished) {
    assert.ok(day.ids.size > 10 && day.frames > 1, `A ${day.kind} day received too little.`)
    for (const id of day.ids) {
      const other = dayOf.get(id)
      assert.equal(other, undefined, `${id} was received in a ${other?.kind} day and in a ${day.kind} day.`)
      dayOf.set(id, day)
    }
  }
}

/** A user of the last day of each kind tries to read each URL with an id that the first days have read. */
async function assertNoneReadsOthers(finished: Day[], url: string, as: (token: string) => FrontEnd): Promise<void> {
  const kinds = Object.keys(days).length
  const others = finished.slice(-kinds).map(({ kind, tokens }) => ({ kind, frontEnd: as(tokens[0]!) }))
  let tries = 0
  for (const { kind, read } of finished.slice(0, kinds))
    for (const address of read) {
      const path = address.slice(url.length)
      if (!/^[^?]*[\da-f]{8}-[\da-f]{4}-/.test(path)) continue
      for (const other of others) {
        const { status, text } = await other.frontEnd.get(path)
        assert.ok(status === 404 || status === 403, `${other.kind} reads ${path} of ${kind}: ${status} ${text}`)
        tries++
      }
    }
  assert.ok(tries > 50, `Only ${tries} tries.`)
}

async function countAll(person: FrontEnd): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const path of Object.keys(remaining)) {
    const { status, body } = await person.get(path)
    // Some members of the team may not read every list.
    counts[path] = status === 403 ? 0 : (Array.isArray(body) ? body : body.data).length
  }
  return counts
}

const expectedOf = (kind: Kind) =>
  Object.fromEntries(Object.entries(remaining).map(([path, counts]) => [path, counts[kind] ?? 0]))
