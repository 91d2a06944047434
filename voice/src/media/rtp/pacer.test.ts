import { test } from 'node:test'
import assert from 'node:assert/strict'

import type { Clock } from '../../clock.ts'
import { createPacer } from './pacer.ts'

/** Time moves only by `advance`; `stall` moves it without running timers, like a blocked process. */
function virtualClock() {
  let now = 0
  let timers: { at: number; run: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    setTimeout(run, ms) {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return { cancel: () => (timers = timers.filter((each) => each !== timer)) }
    },
  }
  function advance(ms: number): void {
    const end = now + ms
    for (;;) {
      const next = timers.toSorted((a, b) => a.at - b.at)[0]
      if (!next || next.at > end) break
      timers = timers.filter((each) => each !== next)
      now = Math.max(now, next.at)
      next.run()
    }
    now = Math.max(now, end)
  }
  return { clock, advance, stall: (ms: number) => (now += ms), pending: () => timers.length }
}

test('each stream ticks every 20 ms, without drift', () => {
  const time = virtualClock()
  const pacer = createPacer(time.clock)
  const at: number[] = []
  pacer.add({ tick: () => at.push(time.clock.monotonic()) })
  time.advance(10_000)
  assert.equal(at.length, 500)
  assert.ok(at.every((each, i) => i === 0 || each === at[i - 1]! + 20))
  assert.deepEqual(pacer.lateness(), { p50Ms: 0, p99Ms: 0, maxMs: 0 })
})

test('streams are spread over the wheel, on one timer', () => {
  const time = virtualClock()
  const pacer = createPacer(time.clock)
  const perMoment = new Map<number, number>()
  for (let i = 0; i < 30; i++)
    pacer.add({
      tick: () => {
        const phase = time.clock.monotonic() % 20
        perMoment.set(phase, (perMoment.get(phase) ?? 0) + 1)
      },
    })
  assert.equal(time.pending(), 1)
  time.advance(20)
  assert.deepEqual(
    [...perMoment.values()],
    Array.from({ length: 10 }, () => 3),
  )
})

test('a stall of 1 s causes no burst: its frames are skipped', () => {
  const time = virtualClock()
  const pacer = createPacer(time.clock)
  const ticks: { at: number; skipped: number }[] = []
  pacer.add({ tick: (skipped) => ticks.push({ at: time.clock.monotonic(), skipped }) })
  time.advance(100)
  const before = ticks.length
  time.stall(1000)
  time.advance(1000)
  const after = ticks.slice(before)
  assert.ok(
    after.every(({ at }, i) => i === 0 || at - after[i - 1]!.at >= 10),
    'never closer than 10 ms',
  )
  assert.ok(after[0]!.skipped >= 49)
  const frames = ticks.reduce((sum, { skipped }) => sum + 1 + skipped, 0)
  assert.ok(Math.abs(frames - 2100 / 20) <= 1, `${frames} frames of time in 2,100 ms`)
  assert.ok(pacer.lateness().maxMs >= 980)
})

test('after a short stall frames are sent at twice the speed, and none is lost', () => {
  const time = virtualClock()
  const pacer = createPacer(time.clock)
  const at: number[] = []
  pacer.add({
    tick: (skipped) => {
      assert.equal(skipped, 0)
      at.push(time.clock.monotonic())
    },
  })
  time.advance(100)
  time.stall(100)
  time.advance(800)
  assert.ok(at.every((each, i) => i === 0 || each - at[i - 1]! >= 10))
  assert.equal(at.length, 50)
})

test('a removed stream no longer ticks; lateness older than 10 s is not counted', () => {
  const time = virtualClock()
  const pacer = createPacer(time.clock)
  let ticks = 0
  const remove = pacer.add({ tick: () => ticks++ })
  time.advance(50)
  time.stall(150)
  time.advance(20)
  assert.ok(pacer.lateness().maxMs > 100)
  remove()
  const seen = ticks
  time.advance(11_000)
  assert.equal(ticks, seen)
  assert.equal(pacer.lateness().maxMs, 0)
  assert.equal(time.pending(), 0)
})
