/** However a server ends, its voice process ends with it. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { answers, noAnswer } from '../callee.ts'
import { createLoopbackCarrier } from '../carrier/loopback-carrier.ts'
import { until } from '../conformance/until.ts'

const server = fileURLToPath(new URL('server-for-test.ts', import.meta.url))

/** In a process group of its own, as a terminal or an init system starts it. */
const startServer = (...args: string[]) =>
  fork(server, args, { detached: true, execArgv: ['--disable-warning=ExperimentalWarning'] })

/** Returns true when the process has ended, also when its status has not been collected yet. */
function isGone(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

function childrenOf({ pid }: ChildProcess): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

async function withCalls(t: TestContext) {
  const carrier = await createLoopbackCarrier({
    host: '127.0.0.1',
    behaviour: (to) => (to.startsWith('1') ? answers(0) : noAnswer()),
    password: 'secret',
  })
  t.after(() => carrier.close())
  const running = startServer(String(carrier.port), '100', '200')
  const [{ voicePid }] = (await once(running, 'message')) as [{ voicePid: number }]
  // A process that outlives a failed test would keep the output of the test run open.
  t.after(() => void (isGone(voicePid) || process.kill(voicePid, 'SIGKILL')))
  await until('an answer', () => carrier.carried.some(({ answered }) => answered))
  return { running, voicePid, over: () => carrier.carried.every((call) => call.over) }
}

const endings: Record<string, (running: ChildProcess) => void> = {
  'SIGINT to the whole group': ({ pid }) => process.kill(-pid!, 'SIGINT'),
  'SIGTERM to the whole group': ({ pid }) => process.kill(-pid!, 'SIGTERM'),
  'a terminal that is closed': ({ pid }) => process.kill(-pid!, 'SIGHUP'),
  'SIGKILL of the server': (running) => running.kill('SIGKILL'),
  'a channel that is closed': (running) => running.disconnect(),
}

for (const [what, end] of Object.entries(endings))
  test(`${what}: every call is hung up, and no voice process stays`, async (t) => {
    const { running, voicePid, over } = await withCalls(t)
    const exited = once(running, 'exit')
    end(running)
    await until('the calls to be over', over)
    await until('the voice process to end', () => isGone(voicePid))
    await exited
  })

test('a server that ends while its voice process is stopped ends it too', async (t) => {
  const { running, voicePid, over } = await withCalls(t)
  const exited = once(running, 'exit')
  process.kill(voicePid, 'SIGSTOP')
  // Before it is found to hang.
  running.disconnect()
  await exited
  await until('the calls to be over', over)
  await until('the voice process to end', () => isGone(voicePid))
})

test('a server killed while its voice process is being loaded leaves none behind', async () => {
  const running = startServer('9')
  const exited = once(running, 'exit')
  await until('the voice process', () => childrenOf(running).length > 0)
  const [voicePid] = childrenOf(running) as [number]
  // Loaded after its server has gone: nothing was listening when the channel closed.
  process.kill(voicePid, 'SIGSTOP')
  running.kill('SIGKILL')
  await exited
  process.kill(voicePid, 'SIGCONT')
  await until('the voice process to end', () => isGone(voicePid))
})
