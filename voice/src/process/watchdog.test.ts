import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test, type TestContext } from 'node:test'
import { until } from '../conformance/until.ts'
import { createVirtualClock } from '../sim/virtual-clock.ts'
import { createVoiceProcess, type VoiceChange } from './remote.ts'
import { isStopped, startWatchdog } from './watchdog.ts'

/** A watchdog with one beat per second over a scripted process; `killedAt` is in seconds. */
function watching(answers: () => boolean, stopped: boolean) {
  const clock = createVirtualClock()
  const killedAt: number[] = []
  const watchdog = startWatchdog(clock, 1000, {
    ask: () => (answers() ? Promise.resolve() : new Promise(() => {})),
    isStopped: () => stopped,
    kill() {
      killedAt.push(clock.monotonic() / 1000)
      watchdog.stop()
    },
  })
  return { clock, killedAt, watchdog }
}

test('a process that is stopped is killed after 4 questions, one that is slow after 20', async () => {
  const stopped = watching(() => false, true)
  await stopped.clock.advance(60_000)
  assert.deepEqual(stopped.killedAt, [4])
  const slow = watching(() => false, false)
  await slow.clock.advance(60_000)
  assert.deepEqual(slow.killedAt, [20])
})

test('one answer in time is a sign of life', async () => {
  let asked = 0
  const { clock, killedAt, watchdog } = watching(() => ++asked % 3 === 0, true)
  await clock.advance(60_000)
  assert.deepEqual(killedAt, [])
  watchdog.stop()
  assert.equal(clock.pending(), 0)
})

test('a stopped process is distinguished from a busy one and from one that has ended', async (t) => {
  const child = spawn('sleep', ['60'])
  t.after(() => child.kill('SIGKILL'))
  assert.equal(isStopped(child.pid!), false)
  child.kill('SIGSTOP')
  await until('it to be stopped', () => isStopped(child.pid!))
  child.kill('SIGCONT')
  await until('it to run', () => !isStopped(child.pid!))
  assert.equal(isStopped(process.pid), false)
  child.kill('SIGKILL')
  await until('it to end', () => child.signalCode !== null)
  assert.equal(isStopped(child.pid!), false)
})

async function open(t: TestContext) {
  const changes: VoiceChange[] = []
  const gateway = await createVoiceProcess({
    engine: { sip: { host: '127.0.0.1', port: 0 } },
    onChange: (change) => changes.push(change),
  })
  t.after(() => gateway.close())
  return { gateway, changes }
}

test('a voice process that hangs is killed and replaced', async (t) => {
  const { gateway, changes } = await open(t)
  const hanging = gateway.pid!
  const stoppedAt = performance.now()
  process.kill(hanging, 'SIGSTOP')
  await until('the restart', () => changes.at(-1)?.state === 'running')
  const tookMs = performance.now() - stoppedAt
  t.diagnostic(`calls are possible ${Math.round(tookMs)} ms after it hung`)
  assert.ok(tookMs < 15_000, `${tookMs} ms: three heartbeats of 5 s would be no sooner`)
  assert.notEqual(gateway.pid, hanging)
  assert.equal((await gateway.load()).accepting, true)
})
