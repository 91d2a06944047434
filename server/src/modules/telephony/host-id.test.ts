import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { findHostId, mayBeRunning } from './host-id.ts'

test('a process that has ended is known to be dead, a living one is not taken for dead', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  const pid = child.pid!
  assert.equal(mayBeRunning(pid), true)
  child.kill('SIGSTOP')
  assert.equal(mayBeRunning(pid), true, 'One that stands still may go on.')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(mayBeRunning(pid), false)
  assert.equal(mayBeRunning(process.pid), true)
})

test('a place is the same to all processes of a machine', { skip: process.platform !== 'linux' }, () => {
  const script = `import(${JSON.stringify(import.meta.resolve('./host-id.ts'))}).then((place) => console.log(place.findHostId()))`
  const seen = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', script], {
    encoding: 'utf8',
  })
  assert.ok(findHostId() !== null)
  assert.equal(seen, `${findHostId()}\n`)
})
