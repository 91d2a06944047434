import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createFairQueue } from './fair-queue.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a key with a backlog delays another key by one place, not by its backlog', async () => {
  const queue = createFairQueue({ limit: 1 })
  const order: string[] = []
  const work = (key: string) => queue.run(key, async () => void order.push(key))
  const release = await queue.acquire('busy')
  const all = [...Array.from({ length: 5 }, () => work('busy')), work('quiet'), work('other')]
  release()
  await Promise.all(all)
  assert.deepEqual(order, ['busy', 'quiet', 'other', 'busy', 'busy', 'busy', 'busy'])
})

test('one key never holds more than its share, and the rest stays free for others', async () => {
  const queue = createFairQueue({ limit: 4, limitPerKey: 2 })
  const held = [await queue.acquire('a'), await queue.acquire('a')]
  let third: (() => void) | undefined
  const waiting = queue.acquire('a').then((release) => (third = release))
  held.push(await queue.acquire('b'), await queue.acquire('b'))
  assert.equal(queue.active(), 4)
  held[2]?.()
  await turn()
  assert.equal(third, undefined)
  held[0]?.()
  await waiting
  assert.equal(queue.active(), 3)
})

test('a waiter that times out or aborts leaves its place in the queue to others', async () => {
  const queue = createFairQueue({ limit: 1, maxWaitingPerKey: 2 })
  const release = await queue.acquire('a')
  await assert.rejects(queue.acquire('a', { timeoutMs: 5 }), { status: 503 })
  const aborting = new AbortController()
  const aborted = queue.acquire('a', { signal: aborting.signal })
  aborting.abort(new Error('The client has gone.'))
  await assert.rejects(aborted, /has gone/)
  assert.equal(queue.waiting(), 0)
  const next = queue.acquire('b')
  release()
  release()
  ;(await next)()
  assert.equal(queue.active(), 0)
})

test('more waiters than a key may have are refused at once', async () => {
  const queue = createFairQueue({ limit: 1, maxWaitingPerKey: 1 })
  const release = await queue.acquire('a')
  const waiting = queue.acquire('a')
  await assert.rejects(queue.acquire('a'), { status: 503 })
  release()
  ;(await waiting)()
})

test('limits hold and everything is served, in any order of work', async () => {
  const work = fc.record({ key: fc.constantFrom('a', 'b', 'c'), ticks: fc.nat(4), fails: fc.boolean() })
  const limits = fc.record({ limit: fc.integer({ min: 1, max: 4 }), limitPerKey: fc.integer({ min: 1, max: 3 }) })
  await fc.assert(
    fc.asyncProperty(limits, fc.array(work, { maxLength: 40 }), async (limits, works) => {
      const queue = createFairQueue(limits)
      const active = new Map<string, number>()
      let ran = 0
      const run = ({ key, ticks, fails }: { key: string; ticks: number; fails: boolean }) =>
        queue.run(key, async () => {
          active.set(key, (active.get(key) ?? 0) + 1)
          assert.ok((active.get(key) as number) <= limits.limitPerKey)
          assert.ok([...active.values()].reduce((sum, n) => sum + n, 0) <= limits.limit)
          for (let i = 0; i < ticks; i++) await turn()
          active.set(key, (active.get(key) as number) - 1)
          ran++
          if (fails) throw new Error('As planned.')
        })
      const outcomes = await Promise.allSettled(works.map(run))
      assert.equal(ran, works.length)
      assert.deepEqual(
        outcomes.map(({ status }) => status === 'rejected'),
        works.map(({ fails }) => fails),
      )
      assert.equal(queue.active() + queue.waiting(), 0)
    }),
    { numRuns: 100 },
  )
})
