import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Errand, createCompany } from './company.ts'
import { Pace, quickMs } from './pace.ts'
import type { Row } from './round-trip.ts'
import type { Call } from './statement.ts'

const call = (name: string, ...values: unknown[]): Call => ({ name, text: name, values })
const enter = (session: unknown) => call('enter', session)
const errand = (session: unknown, n: number): Errand => ({ opener: enter(session), calls: [call('quick', n)] })

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
  return { trips, send, names: () => trips.map(({ calls }) => calls.map(({ values }) => values[0])) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
const valuesOf = (rows: Row[][]) => rows.flat().map(({ value }) => value)

test('two leave at once, and those who come meanwhile go together behind one opener', async () => {
  const { trips, send, names } = slowDatabase()
  const answers = Promise.all(Array.from({ length: 13 }, (_, n) => send(errand('ana', n))))
  assert.deepEqual(names(), [
    ['ana', 0],
    ['ana', 1],
  ])
  trips[0]!.answer()
  await settled()
  trips[2]!.answer()
  await settled()
  assert.deepEqual(names().slice(2), [
    ['ana', 2, 3, 4, 5, 6, 7, 8, 9],
    ['ana', 10, 11, 12],
  ])
  for (const { answer } of trips) answer()
  for (const [n, rows] of (await answers).entries()) assert.deepEqual(valuesOf(rows), ['ana', n])
})

test('two callers never go together, whichever bytes they differ in', async () => {
  const { trips, send } = slowDatabase()
  const callers = ['ana', 'ben', Buffer.from([0xff]), Buffer.from([0xfe]), null, 'null']
  const answers = Promise.all(callers.flatMap((caller) => [0, 1, 2, 3].map((n) => send(errand(caller, n)))))
  assert.equal(trips.length, 2 * callers.length)
  for (let i = 0; i < trips.length; i++) {
    trips[i]!.answer()
    await settled()
  }
  assert.equal(trips.length, 3 * callers.length)
  const got = (await answers).map(valuesOf)
  assert.deepEqual(
    got,
    callers.flatMap((caller) => [0, 1, 2, 3].map((n) => [caller, n])),
  )
})

test('when one fails, all go again alone, and only that one has failed', async () => {
  const { trips, send, names } = slowDatabase()
  const outcomes = Promise.allSettled([0, 1, 2, 3, 4].map((n) => send(errand('ana', n))))
  trips[0]!.answer()
  await settled()
  trips[2]!.fail(Object.assign(new Error('taken'), { code: '23505' }))
  for (let i = 3; i < 6; i++) {
    await settled()
    if (i === 4) trips[i]!.fail(Object.assign(new Error('taken'), { code: '23505' }))
    else trips[i]!.answer()
  }
  trips[1]!.answer()
  assert.deepEqual(names().slice(3), [
    ['ana', 2],
    ['ana', 3],
    ['ana', 4],
  ])
  const statuses = (await outcomes).map(({ status }) => status)
  assert.deepEqual(statuses, ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
})

test('when the connection breaks nobody goes again: it may have happened', async () => {
  const { trips, send } = slowDatabase()
  const outcomes = Promise.allSettled([0, 1, 2, 3].map((n) => send(errand('ana', n))))
  trips[0]!.answer()
  await settled()
  trips[2]!.fail(new Error('Connection terminated unexpectedly'))
  trips[1]!.answer()
  const statuses = (await outcomes).map(({ status }) => status)
  assert.deepEqual(statuses, ['fulfilled', 'fulfilled', 'rejected', 'rejected'])
  assert.equal(trips.length, 3)
})

test('what is not known to be quick goes alone at once', () => {
  const { trips, send } = slowDatabase()
  for (let n = 0; n < 5; n++) void send({ opener: enter('ana'), calls: [call('unknown', n)] })
  assert.equal(trips.length, 5)
})

test('nobody waits for long behind who does not come back', async () => {
  const { trips, send } = slowDatabase()
  const startedAt = performance.now()
  const answers = [0, 1, 2, 3].map((n) => send(errand('ana', n)))
  while (trips.length < 3) await settled()
  assert.ok(performance.now() - startedAt >= quickMs - 1)
  trips[2]!.answer()
  assert.deepEqual(valuesOf(await answers[3]!), ['ana', 3])
})
