/**
 * Measures one message to many: the time from the request until the last of 1, 10, 100 and 1,000 sockets has it, and the
 * cost of a delivered frame, compared with raw `ws` that stringifies once and sends to all, in one run:
 *
 *   node bench/fan-out.ts [--messages 50] [--rounds 3] [--subscribers 1,10,100,1000]
 *
 * Ours is the whole path of a message: POST, session, row security, insert and commit on PostgreSQL, event log, hub, sockets.
 * Messages are sent one at a time, 20 ms apart (closer ones wait for the next read of the event log, every 10 ms). The sides
 * take turns. Needs Debian's PostgreSQL and Linux.
 */
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startPostgres } from '../e2e/with-postgres.ts'
import { createChildren, nextMessage } from './children.ts'
import { type Heard, nowMs } from './fan-out/listeners.ts'
import { postTo } from './post.ts'
import { preciseCpuOf } from './request-path/process-time.ts'

const { values: options } = parseArgs({
  options: {
    messages: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '3' },
    subscribers: { type: 'string', default: '1,10,100,1000' },
  },
})
const messages = Number(options.messages)
const rounds = Number(options.rounds)
const sizes = options.subscribers.split(',').map(Number)
const socketsPerUser = 20
const apartMs = 20
const people = Math.ceil(Math.max(...sizes) / socketsPerUser)
if (!(messages >= 1 && messages <= 10_000 && rounds >= 1 && rounds <= 20 && people >= 1 && people <= 100))
  throw new RangeError('--messages takes 1 to 10,000, --rounds 1 to 20, --subscribers up to 2,000.')

interface Side {
  name: string
  pid: number
  listeners: ChildProcess
  /** Opens sockets until there are `count`. */
  open(count: number): Promise<void>
  send(): Promise<void>
}

interface Figures {
  answeredMs: number[]
  lastMs: number[]
  spreadMs: number[]
  cpuPerFrame: number
}

const load = () =>
  loadavg()
    .map((average) => average.toFixed(1))
    .join(' ')
const folder = await mkdtemp(path.join(tmpdir(), 'fan-out-'))
const children = createChildren()
const postgres = await startPostgres()
try {
  const ours = await startOurs()
  await ours.open(1)
  const { frame } = await deliver(ours)
  const raw = await startRaw(frame)
  await raw.open(1)
  console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, node ${process.version}, frames of ${frame.length} bytes`)
  console.log(`${rounds} rounds of ${messages} messages; load average ${load()}`)
  console.log(
    row(
      'sockets',
      'side',
      'answered',
      'last has it',
      'p99',
      'of raw',
      'first to last',
      'of raw',
      'CPU a frame',
      'of raw',
      'RSS',
    ),
  )
  for (const size of sizes) {
    for (const side of [ours, raw]) await side.open(size)
    await compare(size, ours, raw)
  }
  console.log(`load average at the end ${load()}`)
} finally {
  await children.end()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}

async function compare(size: number, ours: Side, raw: Side): Promise<void> {
  const measured = new Map<Side, Figures[]>([
    [ours, []],
    [raw, []],
  ])
  for (const side of [ours, raw]) await measure(side, size)
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? [ours, raw] : [raw, ours]) measured.get(side)?.push(await measure(side, size))
  }
  const of = (side: Side) => {
    const figures = measured.get(side) ?? []
    const all = (name: 'answeredMs' | 'lastMs' | 'spreadMs') => figures.flatMap((figure) => figure[name])
    return {
      answered: at(0.5, all('answeredMs')),
      last: at(0.5, all('lastMs')),
      last99: at(0.99, all('lastMs')),
      spread: at(0.5, all('spreadMs')),
      cpu: at(
        0.5,
        figures.map(({ cpuPerFrame }) => cpuPerFrame),
      ),
    }
  }
  const limit = of(raw)
  for (const side of [ours, raw]) {
    const { answered, last, last99, spread, cpu } = of(side)
    const ratio = (value: number, beside: number) => (side === raw ? '1' : (value / beside).toFixed(2))
    console.log(
      row(
        String(size),
        side.name,
        `${answered.toFixed(1)} ms`,
        `${last.toFixed(1)} ms`,
        `${last99.toFixed(1)} ms`,
        ratio(last, limit.last),
        `${spread.toFixed(1)} ms`,
        ratio(spread, limit.spread),
        `${cpu.toFixed(1)} µs`,
        ratio(cpu, limit.cpu),
        `${residentMib(side.pid)} MiB`,
      ),
    )
  }
}

async function measure(side: Side, size: number): Promise<Figures> {
  const figures: Figures = { answeredMs: [], lastMs: [], spreadMs: [], cpuPerFrame: 0 }
  const before = preciseCpuOf(side.pid)
  for (let i = 0; i < messages; i++) {
    await sleep(apartMs)
    const { answeredMs, lastMs, spreadMs } = await deliver(side)
    figures.answeredMs.push(answeredMs)
    figures.lastMs.push(lastMs)
    figures.spreadMs.push(spreadMs)
  }
  figures.cpuPerFrame = (preciseCpuOf(side.pid) - before) / (messages * size)
  return figures
}

async function deliver(side: Side) {
  const received = nextMessage<Heard>(side.listeners)
  const sentAt = nowMs()
  await side.send()
  const answeredMs = nowMs() - sentAt
  const { firstAt, lastAt, frame } = await received
  return { answeredMs, lastMs: lastAt - sentAt, spreadMs: lastAt - firstAt, frame }
}

async function startOurs(): Promise<Side> {
  const { child, port } = await startServer('request-path/our-server.ts', {
    DATA_DIR: path.join(folder, 'data'),
    DATABASE_URL: postgres.url,
    PORT: '0',
    SIP_PORT: '0',
    LOG_LEVEL: 'error',
    SIGN_UPS_PER_HOUR: '10000',
    RATE_LIMIT_PER_MINUTE: '10000000',
    RATE_LIMIT_WORKSPACE_PER_MINUTE: '10000000',
    RATE_LIMIT_PUBLIC_READS_PER_MINUTE: '10000000',
    RATE_LIMIT_PUBLIC_PER_MINUTE: '10000000',
  })
  const post = postTo(port)
  const register = (name: string) =>
    post('/api/auth/register', { email: `${name}@example.com`, password: 'correct horse battery', name })
  const sender = await register('sender')
  const find = async (email: string) => {
    const headers = { authorization: `Bearer ${sender.access_token}` }
    const answer = await fetch(`http://127.0.0.1:${port}/api/users/search?q=${encodeURIComponent(email)}`, { headers })
    if (!answer.ok) throw new Error(`${email} was not found: ${answer.status}`)
    await answer.body?.cancel()
  }
  const listening: { id: string; token: string }[] = []
  for (let i = 0; i < people; i++) {
    const { access_token: token, user } = await register(`listener${i}`)
    listening.push({ id: user.id, token })
    await find(`listener${i}@example.com`)
  }
  const member_ids = listening.map(({ id }) => id)
  const { id: chat_id } = await post('/api/chats', { type: 'group', name: 'All', member_ids }, sender.access_token)
  return {
    name: 'ours',
    ...receiving(port, '/ws', (i) => listening[i % people]?.token ?? ''),
    pid: child.pid as number,
    async send() {
      const content = 'The meeting is moved to three, in the room upstairs. Bring the figures, please.'
      await post('/api/messages/send', { chat_id, content }, sender.access_token)
    },
  }
}

async function startRaw(frame: string): Promise<Side> {
  const { child, port } = await startServer('fan-out/raw-server.ts', { FRAME: frame })
  return {
    name: 'raw',
    ...receiving(port, '/', () => ''),
    pid: child.pid as number,
    async send() {
      await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' })).text()
    },
  }
}

function receiving(port: number, where: string, tokenOf: (socket: number) => string): Pick<Side, 'listeners' | 'open'> {
  const listeners = start('fan-out/listeners.ts', {})
  let opened = 0
  return {
    listeners,
    async open(count) {
      const tokens = Array.from({ length: count - opened }, (_, i) => tokenOf(opened + i))
      opened = count
      if (tokens.length === 0) return
      const done = nextMessage<{ open?: number; error?: string }>(listeners)
      listeners.send({ address: `ws://127.0.0.1:${port}${where}`, tokens })
      const { error } = await done
      if (error) throw new Error(`The sockets could not be opened: ${error}`)
    },
  }
}

async function startServer(file: string, env: NodeJS.ProcessEnv) {
  const child = start(file, env)
  const { ports } = await nextMessage<{ ports: Record<string, number> }>(child)
  return { child, port: Object.values(ports)[0] as number }
}

function start(file: string, env: NodeJS.ProcessEnv): ChildProcess {
  return children.start(new URL(file, import.meta.url), { PATH: process.env.PATH, ...env })
}

function at(share: number, values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
}

function residentMib(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
}

function row(...cells: string[]): string {
  return cells.map((cell, i) => (i < 2 ? cell.padEnd(8) : cell.padStart(14))).join('')
}
