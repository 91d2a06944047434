import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gather } from './gather.ts'

test('calls of one moment and calls made during a run are each served by one run, in order and up to the limit', async () => {
  const runs: number[][] = []
  const double = gather<number, number>(3, async (items) => {
    runs.push(items)
    await new Promise((resolve) => setImmediate(resolve))
    return items.map((item) => 2 * item)
  })
  const first = [1, 2].map(double)
  await Promise.resolve().then(() => Promise.resolve())
  const next = [3, 4, 5, 6].map(double)
  assert.deepEqual(await Promise.all([...first, ...next]), [2, 4, 6, 8, 10, 12])
  assert.deepEqual(runs, [[1, 2], [3, 4, 5], [6]])
  assert.equal(await double(7), 14, 'it runs again when there is a call again')
})

test('an item that fails rejects its own call; a run that fails rejects all of its calls, and the next one works', async () => {
  const half = gather<number, number>(10, async (items) => {
    if (items.includes(0)) throw new Error('none')
    return items.map((item) => (item % 2 === 0 ? item / 2 : new Error(`${item} is odd`)))
  })
  const [even, odd] = await Promise.allSettled([half(4), half(3)])
  assert.deepEqual([even.status === 'fulfilled' && even.value, odd.status], [2, 'rejected'])
  const failed = await Promise.allSettled([half(2), half(0)])
  assert.deepEqual(
    failed.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.equal(await half(8), 4)
})
