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
import { manyFromOneAddress, operate } from './document.ts'
import { openFrontEnd } from './front-end.ts'
import type { FrontEnd } from './front-end.ts'
import { startWitness } from './witness.ts'
import type { Testimony } from './witness.ts'

/** Of each front-end so many days at the same time, all on one server. At least 2. */
const rounds = Number(process.env.ROUNDS ?? 3)

const days = { calling: callingDay, chat: chatDay, receptionist: receptionistDay, shop: shopDay, sales: salesDay }
type Kind = keyof typeof days
interface Day extends Testimony {
  kind: Kind
}

/** What each of a day's people finds in the end: their own, and nothing of the other days at their side. */
const left: Record<string, Partial<Record<Kind, number>>> = {
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

    using witness = startWitness()
    const narration = t.mock.method(console, 'log', () => undefined)
    const kinds = Array.from({ length: rounds }, () => Object.keys(days) as Kind[]).flat()
    const outcomes = await Promise.allSettled(
      kinds.map(async (kind): Promise<Day> => ({ kind, ...(await witness.watch(() => days[kind](url))) })),
    )
    narration.mock.restore()
    const lived = outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value
    })
    assert.equal(lived.flatMap(({ tokens }) => tokens).length, rounds * 8)

    const as = (token?: string) => openFrontEnd(url, { calls: [], frames: [] }, token)
    await t.test('nobody was told of anything of another day', () => assertNothingShared(lived))
    await t.test('nobody can read what another day has read', () => assertNobodyReads(lived, url, as))
    await t.test('everybody finds their own in the end, to the last one', async () => {
      for (const { kind, tokens } of lived) {
        assert.equal(tokens.length, peopleOf[kind])
        for (const token of tokens) assert.deepEqual(await countAll(as(token)), expectedOf(kind), kind)
      }
    })
    await t.test('the platform counts them all', async () => {
      const { token } = await answered(200, as().post('/api/auth/login', root))
      const { users, chats, messages, video_calls } = await answered(200, as(token).get('/api/admin/stats'))
      assert.deepEqual(
        { users, chats, messages, video_calls },
        { users: 1 + 8 * rounds, chats: rounds, messages: 3 * rounds, video_calls: rounds },
      )
    })
  }),
)

function assertNothingShared(lived: Day[]): void {
  const toldIn = new Map<string, Day>()
  for (const day of lived) {
    assert.ok(day.ids.size > 10 && day.frames > 1, `Little was told in a ${day.kind} day.`)
    for (const id of day.ids) {
      const other = toldIn.get(id)
      assert.equal(other, undefined, `${id} was told in a ${other?.kind} day and in a ${day.kind} day.`)
      toldIn.set(id, day)
    }
  }
}

/** What bears an id in its address is somebody's: someone of the last day of each kind tries to read it, too. */
async function assertNobodyReads(lived: Day[], url: string, as: (token: string) => FrontEnd): Promise<void> {
  const kinds = Object.keys(days).length
  const strangers = lived.slice(-kinds).map(({ kind, tokens }) => ({ kind, frontEnd: as(tokens[0]!) }))
  let tries = 0
  for (const { kind, read } of lived.slice(0, kinds))
    for (const address of read) {
      const path = address.slice(url.length)
      if (!/^[^?]*[\da-f]{8}-[\da-f]{4}-/.test(path)) continue
      for (const stranger of strangers) {
        const { status, text } = await stranger.frontEnd.get(path)
        assert.ok(status === 404 || status === 403, `${stranger.kind} reads ${path} of ${kind}: ${status} ${text}`)
        tries++
      }
    }
  assert.ok(tries > 50, `Only ${tries} tries.`)
}

async function countAll(person: FrontEnd): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const path of Object.keys(left)) {
    const { status, body } = await person.get(path)
    // Some of the team may not see all; none sees what is not theirs.
    counts[path] = status === 403 ? 0 : (Array.isArray(body) ? body : body.data).length
  }
  return counts
}

const expectedOf = (kind: Kind) =>
  Object.fromEntries(Object.entries(left).map(([path, counts]) => [path, counts[kind] ?? 0]))
