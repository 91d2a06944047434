import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy, noAnswer, notFound, type CalleeBehaviour } from '../callee.ts'
import { NotAdmitted, type EndCause, type Leg } from '../gateway.ts'
import { createSimGateway } from './gateway.ts'
import { createVirtualClock } from './virtual-clock.ts'

/** What a number does, by its last digit. */
const behaviours: CalleeBehaviour[] = [
  busy(2_000),
  notFound(),
  noAnswer(),
  ...Array.from({ length: 4 }, () => answers(6_000, { keys: [{ key: '1', afterMs: 3_000 }] })),
  ...Array.from({ length: 3 }, () => answers(4_000, { hangUpAfterMs: 8_000 })),
]

test('ten thousand contacts through one trunk, at its pace and within its limits, in hours that take a second', async () => {
  const clock = createVirtualClock()
  const gateway = createSimGateway({
    clock,
    behaviour: (to) => behaviours[Number(to.at(-1))]!,
    mediaDurationMs: () => 10_000,
  })
  const trunk = {
    id: 't',
    host: 'carrier',
    port: 5060,
    transport: 'udp',
    username: 'u',
    password: '',
    register: false,
    transferMode: 'bridge',
  } as const
  await gateway.upsertTrunk({ ...trunk, maxConcurrentCalls: 30, callsPerSecond: 4 })
  const contacts = 10_000
  const outcomes = new Map<string, number>()
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  let mostAtOnce = 0

  async function talk(leg: Leg): Promise<void> {
    for await (const event of leg.events) {
      if (event.t === 'answered') leg.play({ path: 'greeting.wav' })
      if (event.t === 'dtmf') void leg.hangup().then(() => count('pressed 1'))
      if (event.t === 'ended') count(event.cause satisfies EndCause)
    }
  }

  async function dialAll(): Promise<void> {
    for (let index = 0; index < contacts;) {
      try {
        void talk(
          await gateway.originate({
            attemptId: `contact-${index}`,
            trunkId: 't',
            to: String(5_000_000 + index),
            callerId: '',
            ringTimeoutMs: 25_000,
            maxDurationMs: 60_000,
          }),
        )
        mostAtOnce = Math.max(mostAtOnce, (await gateway.load()).activeCalls)
        index++
      } catch (error) {
        assert.ok(error instanceof NotAdmitted && error.reason === 'trunk_limit')
        await new Promise<void>((resolve) => clock.setTimeout(resolve, error.retryAfterMs))
      }
    }
  }

  const dialling = dialAll()
  await clock.runUntilIdle()
  await dialling

  assert.deepEqual(Object.fromEntries(outcomes), {
    busy: 1_000,
    not_found: 1_000,
    no_answer: 1_000,
    completed: 7_000,
    'pressed 1': 4_000,
  })
  assert.equal(mostAtOnce, 30)
  assert.equal(new Set(gateway.carried.map(({ to }) => to)).size, contacts)
  const gaps = gateway.carried.slice(1).map(({ at }, index) => at - gateway.carried[index]!.at)
  assert.ok(Math.min(...gaps) >= 249)
  assert.equal((await gateway.load()).activeCalls, 0)
})
