/**
 * Measures a steady load on the server as `npm start` runs it, with the embedded database: latency and resident memory per
 * minute, and the growth of the memory per hour.
 *
 *   node bench/steady.ts [--minutes 10] [--rate 9] [--workspaces 20] [--warm-up 2] [--node-args=--expose-gc] [--keep folder]
 *
 * The rate is in requests a second (list of 50, one row, insert, chat message); the warm-up, in minutes, is left out of the
 * growth, which is a straight line through a reading every 5 s. `--node-args=--heapsnapshot-signal=SIGUSR2` has the server
 * write a snapshot after the warm-up and one at the end, into `--keep`, a folder that is not deleted. Needs Linux.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startSwitchboard } from '../e2e/switchboard.ts'
import {
  type Answer,
  type Member,
  failuresOf,
  openChat,
  percentile,
  sendSteadily,
  signUp,
  unlimited,
} from './steady/traffic.ts'

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '9' },
    workspaces: { type: 'string', default: '20' },
    'warm-up': { type: 'string', default: '2' },
    'node-args': { type: 'string', default: '' },
    keep: { type: 'string' },
  },
})
const [minutes, rate, workspaces, warmUp] = [options.minutes, options.rate, options.workspaces, options['warm-up']].map(
  Number,
) as [number, number, number, number]
if (!(minutes > warmUp && warmUp >= 0 && rate > 0 && rate <= 1000 && workspaces >= 2 && workspaces <= 500))
  throw new RangeError('--minutes is more than --warm-up, --rate up to 1,000, --workspaces 2 to 500.')

const contactsEach = 30
const everyMs = 5000
const minuteMs = 60_000
const snapshots = options['node-args'].includes('--heapsnapshot-signal=SIGUSR2')

const folder = options.keep ?? (await mkdtemp(path.join(tmpdir(), 'steady-')))
await mkdir(folder, { recursive: true })
const server = await startSwitchboard({
  folder,
  databaseUrl: null,
  settings: { ...unlimited, LOG_LEVEL: 'warn', ...(options['node-args'] && { NODE_OPTIONS: options['node-args'] }) },
})
try {
  await measure(await prepare())
} finally {
  await server.stop()
  if (!options.keep) await rm(folder, { recursive: true, force: true })
}

async function prepare(): Promise<Member[]> {
  const members: Member[] = []
  for (let i = 0; i < workspaces; i++) members.push(await signUp(server.url, `member${i}`, contactsEach))
  for (const [i, member] of members.entries()) {
    const other = members[(i + 1) % members.length] as Member
    const address = `/api/users/search?q=${encodeURIComponent(`member${(i + 1) % members.length}@example.com`)}`
    await (
      await fetch(`${server.url}${address}`, { headers: { authorization: `Bearer ${member.token}` } })
    ).arrayBuffer()
    await openChat(server.url, `Chat ${i}`, [member, other])
  }
  return members
}

async function measure(members: Member[]): Promise<void> {
  console.log(
    `${cpus().length} × ${cpus()[0]?.model.trim()}, node ${process.version}, ${rate} requests/s, ${workspaces} workspaces`,
  )
  console.log(row('minute', 'requests', 'p50 ms', 'p99 ms', 'RSS MiB', 'load', 'failed'))
  const ending = new AbortController()
  let answers: Answer[] = []
  const readings: { hours: number; mib: number }[] = []
  const startedAt = performance.now()
  const sending = sendSteadily(server.url, members, rate, ending.signal, (answer) => answers.push(answer))
  for (let minute = 1; minute <= minutes; minute++) {
    while (performance.now() - startedAt < minute * minuteMs) {
      const elapsed = performance.now() - startedAt
      if (elapsed >= warmUp * minuteMs) readings.push({ hours: elapsed / minuteMs / 60, mib: await residentMib() })
      await sleep(everyMs)
    }
    const [of, mib] = [answers, await residentMib()]
    answers = []
    const latencies = of.map(({ ms }) => ms)
    console.log(
      row(
        `${minute}`,
        `${of.length}`,
        percentile(0.5, latencies).toFixed(1),
        percentile(0.99, latencies).toFixed(1),
        mib.toFixed(0),
        (loadavg()[0] ?? 0).toFixed(1),
        failuresOf(of) || '-',
      ),
    )
    if (snapshots && minute === warmUp) process.kill(server.pid, 'SIGUSR2')
  }
  ending.abort()
  await sending
  console.log(`Growth after ${warmUp} minutes: ${slope(readings).toFixed(1)} MiB an hour.`)
  if (!snapshots) return
  process.kill(server.pid, 'SIGUSR2')
  await sleep(minuteMs / 2)
}

/** Returns the memory of the server's process: API and embedded database, without the telephone engine. */
async function residentMib(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

/** Returns the slope by least squares, in MiB per hour. */
function slope(readings: { hours: number; mib: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [hours, mib] = [mean(readings.map((reading) => reading.hours)), mean(readings.map((reading) => reading.mib))]
  const covariance = mean(readings.map((reading) => (reading.hours - hours) * (reading.mib - mib)))
  return covariance / mean(readings.map((reading) => (reading.hours - hours) ** 2))
}

function row(...cells: string[]): string {
  return cells.map((cell) => cell.padStart(10)).join('')
}
