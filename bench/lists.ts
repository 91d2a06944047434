/**
 * Measures pages and searches of long lists at the documented size, through the server's API with a session, on PostgreSQL:
 *
 *   node bench/lists.ts [--subjects messages,calls,inbox,properties] [--scale 1] [--requests 200]
 *
 * Starts a private cluster of Debian's PostgreSQL, fills it with SQL and sends one request at a time. Prints p50, p99 and the
 * plan that PostgreSQL used after it could choose a generic one. Exits with 1 when a plan scans a big table sequentially.
 * `--scale 0.01` is for a quick try.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startPostgres } from '../e2e/with-postgres.ts'
import { createApp } from '../server/src/app.ts'
import { readConfig } from '../server/src/config.ts'
import { openDatabase } from '../server/src/platform/database/open.ts'
import { createLog } from '../server/src/platform/log.ts'
import { createChildren, nextMessage } from './children.ts'
import { calls } from './lists/calls.ts'
import { ids } from './lists/distributions.ts'
import { inbox } from './lists/inbox.ts'
import { messages } from './lists/messages.ts'
import { type SeenPlan, describePlan, explainEverything, hearPlans, readWhole, touches } from './lists/plans.ts'
import { properties } from './lists/properties.ts'
import { postTo } from './post.ts'
import type { Answer, Request, Fixture, BenchmarkCase, User } from './lists/benchmark-case.ts'

const all: BenchmarkCase[] = [messages, calls, inbox, properties]
const { values: options } = parseArgs({
  options: {
    subjects: { type: 'string', default: all.map(({ name }) => name).join(',') },
    scale: { type: 'string', default: '1' },
    requests: { type: 'string', default: '200' },
  },
})
const scale = Number(options.scale)
const requests = Number(options.requests)
if (!(scale > 0 && scale <= 2 && requests >= 1 && requests <= 10_000))
  throw new RangeError('--scale takes up to 2, --requests 1 to 10,000.')
const cases = options.subjects.split(',').map((name) => {
  const benchmarkCase = all.find((one) => one.name === name)
  if (!benchmarkCase) throw new RangeError(`--subjects takes ${all.map((one) => one.name).join(', ')}.`)
  return benchmarkCase
})

/** PostgreSQL decides between a custom and a generic plan at the sixth execution. */
const timesUntilPlanned = 8
const others = Array.from({ length: 500 }, () => randomUUID())
const load = () =>
  loadavg()
    .map((average) => average.toFixed(1))
    .join(' ')

const folder = await mkdtemp(path.join(tmpdir(), 'lists-bench-'))
const postgres = await startPostgres()
const env = {
  PATH: process.env.PATH,
  DATA_DIR: path.join(folder, 'data'),
  DATABASE_URL: postgres.url,
  PORT: '0',
  SIP_PORT: '0',
  LOG_LEVEL: 'error',
  RATE_LIMIT_PER_MINUTE: '10000000',
  RATE_LIMIT_WORKSPACE_PER_MINUTE: '10000000',
  RATE_LIMIT_PUBLIC_READS_PER_MINUTE: '10000000',
  RATE_LIMIT_PUBLIC_PER_MINUTE: '10000000',
}
const superuser = new URL(postgres.url)
superuser.username = 'postgres'
const db = new pg.Client({ connectionString: superuser.href })
let faults = 0
try {
  console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, node ${process.version}, scale ${scale}`)
  const caller = await signUp()
  await db.connect()
  await db.query(`set session_replication_role = replica; set maintenance_work_mem = '512MB'; ${ids}`)
  await db.query("insert into identity.workspaces (id, name) select id, 'Other' from unnest($1::uuid[]) id", [others])
  for (const benchmarkCase of cases) await measure(benchmarkCase, caller)
} finally {
  await db.end()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
if (faults > 0) console.error(`\n${faults} plans read a big table from its beginning to its end.`)
process.exit(faults > 0 ? 1 : 0)

async function signUp(): Promise<User> {
  const server = await startServer({})
  const { port } = server
  const post = postTo(port)
  const credentials = { email: 'ana@example.com', password: 'correct horse battery', name: 'Ana Lima' }
  const { access_token: token, user } = (await post('/api/auth/register', credentials)) as {
    access_token: string
    user: { id: string; workspace: { id: string } }
  }
  await post('/api/shops', { name: 'Mugs' }, token)
  await server.end()
  return { id: user.id, workspaceId: user.workspace.id, token }
}

async function measure(benchmarkCase: BenchmarkCase, caller: User): Promise<void> {
  console.log(`\n${benchmarkCase.name}: ${benchmarkCase.about}`)
  const startedAt = performance.now()
  const server = await startServer({ PUBLIC_WORKSPACE_ID: caller.workspaceId })
  const ask = asking(server.port, caller)
  const fixture: Fixture = {
    db,
    caller,
    others,
    get: async (address) => JSON.parse(await ask(address, false)) as Answer,
  }
  const figures = new Map<Request, string>()
  let asked: Request[]
  try {
    asked = await benchmarkCase.prepare(fixture, scale)
    console.log(`filled in ${Math.round((performance.now() - startedAt) / 1000)} s; load average ${load()}`)
    for (const request of asked) figures.set(request, await timesOf(request, ask))
  } finally {
    await server.end()
  }
  const plans = await plansOf(benchmarkCase, asked, caller)
  for (const request of asked) {
    console.log(`${request.name.padEnd(34)}${figures.get(request)}`)
    for (const plan of plans.get(request) ?? []) console.log(`${' '.repeat(6)}${plan}`)
  }
  console.log(`load average at the end ${load()}`)
}

type Ask = (address: string, isPublic: boolean) => Promise<string>

function asking(port: number, { token }: User): Ask {
  return async (address, isPublic) => {
    const headers: Record<string, string> = isPublic ? {} : { authorization: `Bearer ${token}` }
    const answer = await fetch(`http://127.0.0.1:${port}${address}`, { headers })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}: ${text}`)
    return text
  }
}

async function timesOf({ paths, isPublic = false }: Request, ask: Ask): Promise<string> {
  const times: number[] = []
  for (let i = -timesUntilPlanned; i < requests; i++) {
    const startedAt = performance.now()
    await ask(paths[(i + timesUntilPlanned) % paths.length]!, isPublic)
    if (i >= 0) times.push(performance.now() - startedAt)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(share * (times.length - 1))]!.toFixed(1).padStart(8)
  return `p50 ${at(0.5)} ms   p99 ${at(0.99)} ms`
}

/** Sends the same requests to a server in this process, whose only connection reports its plans. */
async function plansOf({ bigTables }: BenchmarkCase, asked: Request[], caller: User): Promise<Map<Request, string[]>> {
  await explainEverything(db, new URL(postgres.url).username)
  const config = readConfig({ ...env, PUBLIC_WORKSPACE_ID: caller.workspaceId, DATABASE_POOL_SIZE: '1' })
  const log = createLog('error')
  const database = await openDatabase(config, log)
  let seen: SeenPlan[] = []
  hearPlans(database.pool, (plan) => touches(plan, bigTables) && seen.push(plan))
  const app = await createApp({ config, log, database })
  const ask = asking(Number(new URL(await app.listen()).port), caller)
  const plans = new Map<Request, string[]>()
  try {
    for (const request of asked) {
      for (let i = 0; i < timesUntilPlanned; i++) {
        seen = []
        await ask(request.paths[i % request.paths.length]!, request.isPublic ?? false)
        faults += seen.filter((plan) => readWhole(plan, bigTables).length > 0).length
      }
      plans.set(
        request,
        seen.map((plan) => describePlan(plan, bigTables)),
      )
    }
  } finally {
    await app.close()
    await db.query(`alter role ${new URL(postgres.url).username} reset all`)
  }
  return plans
}

async function startServer(more: NodeJS.ProcessEnv): Promise<{ port: number; end(): Promise<void> }> {
  const children = createChildren()
  const child = children.start(new URL('request-path/our-server.ts', import.meta.url), { ...env, ...more })
  const { ports } = await nextMessage<{ ports: { ours: number } }>(child)
  return { port: ports.ours, end: children.end }
}
