import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { findHostId, mayBeRunning } from './host-id.ts'

test('a process that has ended is reported as not running, and a running or stopped one as running', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  const pid = child.pid!
  assert.equal(mayBeRunning(pid), true)
  child.kill('SIGSTOP')
  assert.equal(mayBeRunning(pid), true, 'A stopped process may continue.')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(mayBeRunning(pid), false)
  assert.equal(mayBeRunning(process.pid), true)
})

test('the host id is the same for all processes of a machine', { skip: process.platform !== 'linux' }, () => {
  const script = `import(${JSON.stringify(import.meta.resolve('./host-id.ts'))}).then((place) => console.log(place.findHostId()))`
  const seen = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', script], {
    encoding: 'utf8',
  })
  assert.ok(findHostId() !== null)
  assert.equal(seen, `${findHostId()}\n`)
})
