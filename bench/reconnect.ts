/**
 * Restarts a server with thousands of live sockets, so that all clients reconnect at once and resume. Measures the time until
 * the last one has resumed, and the latency of requests meanwhile.
 *
 *   node bench/reconnect.ts [--sockets 3000] [--users 300] [--workspaces 30] [--chats 5] [--rate 9] [--database embedded|postgres]
 *
 * Each socket has a session of its own; each user is in `--chats` chats of their workspace's people. Requests (list of 50, one
 * row, insert, chat message) go at `--rate` a second from the moment in which the server answers `/readyz` again, and once
 * more, for comparison, when all have resumed. Needs Linux, and Debian's PostgreSQL with `--database postgres`.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startSwitchboard } from '../e2e/switchboard.ts'
import { startPostgres } from '../e2e/with-postgres.ts'
import { createChildren, nextMessage } from './children.ts'
import { type AllResumed, nowMs } from './reconnect/clients.ts'
import { seed } from './reconnect/seed.ts'
import { preciseCpuOf } from './request-path/process-time.ts'
import { type Answer, failuresOf, percentile, sendSteadily, unlimited } from './steady/traffic.ts'

const { values: options } = parseArgs({
  options: {
    sockets: { type: 'string', default: '3000' },
    users: { type: 'string', default: '300' },
    workspaces: { type: 'string', default: '30' },
    chats: { type: 'string', default: '5' },
    rate: { type: 'string', default: '9' },
    database: { type: 'string', default: 'embedded' },
  },
})
const [sockets, users, workspaces, chatsEach, rate] = [
  options.sockets,
  options.users,
  options.workspaces,
  options.chats,
  options.rate,
].map(Number) as [number, number, number, number, number]
if (!(workspaces >= 1 && users >= workspaces && sockets >= users && sockets <= 20 * users && rate > 0))
  throw new RangeError('At least as many --users as --workspaces, and 1 to 20 --sockets for each of them.')
if (!['postgres', 'embedded'].includes(options.database)) throw new Error('--database is postgres or embedded.')

const quietMs = 10_000
const folder = await mkdtemp(path.join(tmpdir(), 'reconnect-'))
const children = createChildren()
const postgres = options.database === 'postgres' ? await startPostgres() : null
try {
  await run()
} finally {
  await children.end()
  await postgres?.stop()
  await rm(folder, { recursive: true, force: true })
}

async function run(): Promise<void> {
  await mkdir(path.join(folder, 'data'), { recursive: true })
  const settings = { ...unlimited, LOG_LEVEL: 'warn', ...(postgres && { DATABASE_URL: postgres.url }) }
  const people = await seed(
    { ...settings, DATA_DIR: path.join(folder, 'data'), SIP_PORT: '0' },
    { workspaces, users, sockets, chatsEach },
  )
  console.log(
    `${cpus().length} × ${cpus()[0]?.model.trim()}, node ${process.version}, ${options.database}; ${sockets} sockets of ${users} users in ` +
      `${workspaces} workspaces, ${chatsEach} chats each; ${rate} requests/s`,
  )
  const server = await startSwitchboard({ folder, databaseUrl: postgres?.url ?? null, settings })
  try {
    const clients = children.start(new URL('reconnect/clients.ts', import.meta.url), { PATH: process.env.PATH })
    const first = nextMessage<AllResumed>(clients)
    const startedAt = nowMs()
    clients.send({ address: `${server.url.replace('http', 'ws')}/ws`, tokens: people.tokens })
    report('First connected', await first, startedAt)

    const back = nextMessage<AllResumed>(clients)
    const stoppedAt = nowMs()
    await server.stop()
    const stoppedMs = nowMs() - stoppedAt
    const startMs = await server.start()
    console.log(`Stopped in ${stoppedMs.toFixed(0)} ms, ready again ${startMs.toFixed(0)} ms after its start.`)
    const readyAt = nowMs()
    const cpu = () => [server.pid, clients.pid as number].map((pid) => preciseCpuOf(pid) / 1e6)
    const before = cpu()
    const [came, answers] = await withRequests(server.url, people.members, () => back)
    const [ours, theirs] = cpu().map((seconds, i) => (seconds - (before[i] as number)).toFixed(1))
    report('Came back', came, readyAt)
    console.log(`CPU time until then: server ${ours} s, clients ${theirs} s.`)
    reportRequests('Requests meanwhile', answers)
    const [, quiet] = await withRequests(server.url, people.members, () => sleep(quietMs))
    reportRequests(`Requests for ${quietMs / 1000} s afterwards, with ${sockets} sockets open`, quiet)
  } finally {
    await server.stop()
  }
}

async function withRequests<T>(
  url: string,
  members: Parameters<typeof sendSteadily>[1],
  work: () => Promise<T>,
): Promise<[T, Answer[]]> {
  const ending = new AbortController()
  const answers: Answer[] = []
  const sending = sendSteadily(url, members, rate, ending.signal, (answer) => answers.push(answer))
  const result = await work()
  ending.abort()
  await sending
  return [result, answers]
}

function report(what: string, { resumedAt, retries, closeCodes }: AllResumed, from: number): void {
  const times = resumedAt.map((at) => at - from)
  const seconds = (share: number) => (percentile(share, times) / 1000).toFixed(1)
  console.log(
    `${what}: half after ${seconds(0.5)} s, the last after ${seconds(1)} s; ${retries} tries that failed ${JSON.stringify(closeCodes)}; ` +
      `load average ${loadavg()[0]?.toFixed(1)}`,
  )
}

function reportRequests(what: string, answers: Answer[]): void {
  const of = (share: number) =>
    percentile(
      share,
      answers.map(({ ms }) => ms),
    ).toFixed(0)
  console.log(
    `${what}: ${answers.length}, p50 ${of(0.5)} ms, p99 ${of(0.99)} ms, failed: ${failuresOf(answers) || 'none'}`,
  )
}
