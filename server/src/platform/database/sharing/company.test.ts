import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Errand, createCompany } from './company.ts'
import { Pace, quickMs } from './pace.ts'
import type { Row } from '../round-trip.ts'
import type { Call } from '../statement.ts'

const call = (name: string, ...values: unknown[]): Call => ({ name, text: name, values })
const enter = (session: unknown) => call('enter', session)
const errand = (session: unknown, n: number): Errand => ({ opener: enter(session), calls: [call('quick', n)] })
/** What stands before each caller of a shared transaction. */
const next = undefined

/** A database that answers when it is told to: each call's row is what the call was. */
function slowDatabase() {
  const trips: { calls: readonly Call[]; answer(): void; fail(error: Error): void }[] = []
  const pace = new Pace()
  pace.note([call('quick')], 1)
  const send = createCompany({
    pace,
    carry: (calls) =>
      new Promise<Row[][]>((resolve, reject) => {
        const answer = () => resolve(calls.map(({ name, values }) => [{ name, value: values[0] }]))
        trips.push({ calls, answer, fail: reject })
      }),
  })
  return {
    trips,
    send,
    /** What each trip carried. */
    cargo: () => trips.map(({ calls }) => calls.map(({ values }) => values[0])),
    /** Callers of whom the database has heard well. */
    async known(...callers: unknown[]) {
      for (const caller of callers) {
        const greeting = send(errand(caller, 0))
        trips.at(-1)?.answer()
        await greeting
      }
      trips.length = 0
    },
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
const valuesOf = (rows: Row[][]) => rows.flat().map(({ value }) => value)
const taken = () => Object.assign(new Error('taken'), { code: '23505' })

test('three leave at once, and those who come meanwhile go together, each caller behind an opener', async () => {
  const { trips, send, cargo, known } = slowDatabase()
  await known('ana', 'ben')
  const wishes = ['ana', 'ben', 'ana', 'ana', 'ben', 'ana', 'ben'].map((caller, n) => ({ caller, n }))
  const answers = wishes.map(({ caller, n }) => send(errand(caller, n)))
  assert.deepEqual(cargo(), [
    ['ana', 0],
    ['ben', 1],
    ['ana', 2],
  ])
  trips[0]!.answer()
  await settled()
  assert.deepEqual(cargo()[3], [next, 'ana', 3, 5, next, 'ben', 4, 6])
  for (const { answer } of trips) answer()
  for (const [i, { caller, n }] of wishes.entries()) assert.deepEqual(valuesOf(await answers[i]!), [caller, n])
})

test('eight at most go together, and whoever asks for much does not hold up the others', async () => {
  const { trips, send, cargo, known } = slowDatabase()
  await known('ana', 'ben')
  const answers = Array.from({ length: 21 }, (_, n) => send(errand('ana', n)))
  answers.push(send(errand('ben', 21)))
  trips[0]!.answer()
  trips[1]!.answer()
  await settled()
  assert.deepEqual(cargo().slice(3), [
    [next, 'ana', 3, 4, 5, 6, 7, 8, 9, 10],
    [next, 'ben', 21, next, 'ana', 11, 12, 13, 14, 15, 16, 17],
  ])
  for (let i = 2; i < trips.length; i++) {
    trips[i]!.answer()
    await settled()
  }
  await Promise.all(answers)
})

test('callers are told apart whichever bytes they differ in', async () => {
  const { trips, send, cargo, known } = slowDatabase()
  const callers = [Buffer.from([0xff]), Buffer.from([0xfe]), null, 'null']
  await known('ana', ...callers)
  const first = [0, 1, 2].map((n) => send(errand('ana', n)))
  const answers = callers.map((caller, n) => send(errand(caller, n)))
  trips[0]!.answer()
  await settled()
  assert.deepEqual(
    cargo()[3],
    callers.flatMap((caller, n) => [next, caller, n]),
  )
  for (const { answer } of trips) answer()
  for (const [n, rows] of (await Promise.all(answers)).entries()) assert.deepEqual(valuesOf(rows), [callers[n], n])
  await Promise.all(first)
})

test('when one fails, all go again alone, and only that one has failed', async () => {
  const { trips, send, cargo, known } = slowDatabase()
  await known('ana', 'ben')
  const outcomes = Promise.allSettled(
    ['ana', 'ana', 'ana', 'ana', 'ben', 'ben'].map((caller, n) => send(errand(caller, n))),
  )
  trips[0]!.answer()
  await settled()
  trips[3]!.fail(taken())
  await settled()
  assert.deepEqual(cargo().slice(4), [
    ['ana', 3],
    ['ben', 4],
    ['ben', 5],
  ])
  trips[5]!.fail(taken())
  for (const { answer } of trips) answer()
  const statuses = (await outcomes).map(({ status }) => status === 'fulfilled')
  assert.deepEqual(statuses, [true, true, true, true, false, true])
})

test('who is not known yet, or has failed lately, goes alone', async () => {
  const { trips, send, cargo, known } = slowDatabase()
  await known('ana')
  const busy = [0, 1, 2].map((n) => send(errand('ana', n)))
  const failing = send(errand('eve', 3))
  assert.deepEqual(cargo()[3], ['eve', 3])
  trips[3]!.fail(taken())
  await assert.rejects(failing)
  for (let n = 4; n < 12; n++) {
    const paying = send(errand('eve', n))
    assert.deepEqual(cargo()[n], ['eve', n])
    trips[n]!.answer()
    await paying
  }
  const forgiven = send(errand('eve', 12))
  assert.equal(trips.length, 12)
  for (const { answer } of trips) answer()
  await settled()
  trips[12]!.answer()
  await Promise.all([...busy, forgiven])
})

test('when the connection breaks nobody goes again: it may have happened', async () => {
  const { trips, send, known } = slowDatabase()
  await known('ana', 'ben')
  const outcomes = Promise.allSettled(['ana', 'ana', 'ana', 'ana', 'ben'].map((caller, n) => send(errand(caller, n))))
  trips[0]!.answer()
  await settled()
  trips[3]!.fail(new Error('Connection terminated unexpectedly'))
  for (const { answer } of trips) answer()
  const statuses = (await outcomes).map(({ status }) => status === 'fulfilled')
  assert.deepEqual(statuses, [true, true, true, false, false])
  assert.equal(trips.length, 4)
})

test('what is not known to be quick goes alone at once', async () => {
  const { trips, send, known } = slowDatabase()
  await known('ana')
  for (let n = 0; n < 5; n++) void send({ opener: enter('ana'), calls: [call('unknown', n)] })
  assert.equal(trips.length, 5)
})

test('nobody waits for long behind who does not come back, however often', async () => {
  const { trips, send, known } = slowDatabase()
  await known('ana')
  for (let n = 0; n < 3; n++) void send(errand('ana', n))
  for (let n = 3; n < 6; n++) {
    const startedAt = performance.now()
    const answer = send(errand('ana', n))
    while (trips.length === n) await settled()
    assert.ok(performance.now() - startedAt >= quickMs - 1)
    trips[n]!.answer()
    // It came back, but three others are still under way.
    assert.deepEqual(valuesOf(await answer), ['ana', n])
  }
})
