/**
 * Measures the cost of a request with all features (session, row-level security, limits, validation, metrics), compared with
 * raw `node:http` and hand-written prepared SQL, once with the same guarantees (session, tenant, row-level security,
 * transaction) and once without, in one run:
 *
 *   node bench/request-path.ts [--seconds 3] [--rounds 3] [--database postgres|embedded] [--kinds list,one,insert] [--sessions 32] [--layers] [--json]
 *
 * `postgres` starts a private cluster of Debian's PostgreSQL, settings as installed; `embedded` gives each side a database
 * of its own. The sides take turns within each round, and every figure is the median over the rounds.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startPostgres } from '../e2e/with-postgres.ts'
import { createChildren, nextMessage } from './children.ts'
import { type Layer, layers } from './request-path/layer-queries.ts'
import type { Caller, Kind, LoadOrder, LoadResult } from './request-path/load.ts'
import { cpuOf, cpuOfChildren, parentOf } from './request-path/process-time.ts'
import { seed } from './request-path/seed.ts'
import { median, signed, table } from './request-path/table.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    database: { type: 'string', default: 'postgres' },
    kinds: { type: 'string', default: 'list,one,insert' },
    sessions: { type: 'string', default: '32' },
    layers: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const seconds = within('seconds', 0.5, 60)
const rounds = within('rounds', 1, 50)
const sessions = within('sessions', 1, 32)
if (!['postgres', 'embedded'].includes(options.database)) throw new Error('--database is postgres or embedded.')

const connections = 32
const contactsPerWorkspace = 1000
const kinds = options.kinds.split(',') as Kind[]
if (!kinds.every((kind) => ['list', 'one', 'insert'].includes(kind)))
  throw new Error('--kinds takes list, one, insert.')

interface Side {
  name: string
  pid: number
  port: number
  callers: Caller[]
}

interface Figures extends LoadResult {
  perSecond: number
  serverCpu: number
  postgresCpu: number
}

let firstNumber = 2_000_000_000
const folder = await mkdtemp(path.join(tmpdir(), 'request-path-'))
const children = createChildren()
const postgres = options.database === 'postgres' ? await startPostgres() : null
try {
  const postmaster = postgres ? await postmasterOf(postgres.url) : null
  const generator = start('load.ts', {})
  await (options.layers ? measureLayers(generator, postmaster) : measureSides(generator, postmaster))
} finally {
  await children.end()
  await postgres?.stop()
  await rm(folder, { recursive: true, force: true })
}

async function measureSides(generator: ChildProcess, postmaster: number | null): Promise<void> {
  const ourEnv = environment('ours')
  const ourCallers = await seed(ourEnv, contactsPerWorkspace, sessions)
  const rawEnv = postgres ? ourEnv : environment('raw')
  const rawCallers = postgres ? ourCallers : await seed(rawEnv, contactsPerWorkspace, sessions)
  const sides = [
    ...(await startSides('our-server.ts', ourEnv, ourCallers)),
    ...(await startSides('raw-server.ts', { ...rawEnv, CALLERS: knownTo(rawCallers) }, rawCallers)),
  ]
  if (postgres) await requireSameAnswers(sides)

  const measured = new Map<string, Figures[]>()
  for (const kind of kinds) for (const side of sides) await run(generator, postmaster, side, kind, 1)
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) {
      // In alternating order, so that a drift of the machine affects all sides alike.
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        const figures = await run(generator, postmaster, side, kind, seconds)
        measured.set(`${kind} ${side.name}`, [...(measured.get(`${kind} ${side.name}`) ?? []), figures])
      }
    }
  }
  const rows = kinds.flatMap((kind) =>
    sides.map(({ name }) => {
      const own = measured.get(`${kind} ${name}`) ?? []
      const ratios = ratiosTo(own, measured.get(`${kind} raw`) ?? [])
      const fairRatios = ratiosTo(own, measured.get(`${kind} raw + guarantees`) ?? [])
      return {
        kind,
        side: name,
        ...medians(own),
        ratio: median(ratios),
        ratios,
        fairRatio: median(fairRatios),
        fairRatios,
      }
    }),
  )
  if (options.json) return console.log(JSON.stringify({ ...conditions(), rows }, null, 2))
  console.log(conditionsText())
  console.log(
    table(
      [
        'request',
        'side',
        'req/s',
        'of raw',
        '(range)',
        'of guaranteed',
        '(range)',
        'p50 ms',
        'p99 ms',
        'server µs',
        'PG µs',
        'load µs',
      ],
      rows.map((row) => [
        row.kind,
        row.side,
        row.perSecond.toFixed(0),
        row.ratio.toFixed(2),
        rangeOf(row.ratios),
        row.fairRatio.toFixed(2),
        rangeOf(row.fairRatios),
        row.p50Ms.toFixed(2),
        row.p99Ms.toFixed(1),
        row.serverCpu.toFixed(0),
        row.postgresCpu.toFixed(0),
        row.generatorCpu.toFixed(0),
      ]),
    ),
  )
}

function ratiosTo(own: Figures[], other: Figures[]): number[] {
  return own.map(({ perSecond }, i) => perSecond / (other[i]?.perSecond ?? Number.NaN))
}

function rangeOf(ratios: number[]): string {
  return `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`
}

async function measureLayers(generator: ChildProcess, postmaster: number | null): Promise<void> {
  const env = environment('ours')
  const callers = await seed(env, contactsPerWorkspace, sessions)
  const sides = await startSides('layers.ts', { ...env, CALLERS: knownTo(callers) }, callers)
  const measured = new Map<Layer, Figures[]>()
  const sideOf = (layer: Layer) => sides.find(({ name }) => name === layer.name) as Side
  for (const layer of layers) await run(generator, postmaster, sideOf(layer), layer.kind, 1)
  for (let round = 0; round < rounds; round++) {
    for (const layer of round % 2 === 0 ? layers : layers.toReversed()) {
      const figures = await run(generator, postmaster, sideOf(layer), layer.kind, seconds)
      measured.set(layer, [...(measured.get(layer) ?? []), figures])
    }
  }
  const rows = layers.map((layer, i) => {
    const figures = medians(measured.get(layer) ?? [])
    const below = layers[i - 1]?.kind === layer.kind ? medians(measured.get(layers[i - 1] as Layer) ?? []) : undefined
    return {
      ...layer,
      ...figures,
      addedServerCpu: below ? figures.serverCpu - below.serverCpu : figures.serverCpu,
      addedPostgresCpu: below ? figures.postgresCpu - below.postgresCpu : figures.postgresCpu,
    }
  })
  if (options.json) return console.log(JSON.stringify({ ...conditions(), rows }, null, 2))
  console.log(conditionsText())
  console.log(
    table(
      ['request', 'with', 'server µs', 'added', 'PG µs', 'added', 'req/s'],
      rows.map((row) => [
        row.kind,
        row.name,
        row.serverCpu.toFixed(0),
        signed(row.addedServerCpu),
        row.postgresCpu.toFixed(0),
        signed(row.addedPostgresCpu),
        row.perSecond.toFixed(0),
      ]),
    ),
  )
}

function environment(name: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    DATA_DIR: path.join(folder, name),
    DATABASE_URL: postgres?.url ?? '',
    PORT: '0',
    SIP_PORT: '0',
    LOG_LEVEL: 'warn',
    SIGN_UPS_PER_HOUR: '1000',
    RATE_LIMIT_PER_MINUTE: '10000000',
    RATE_LIMIT_WORKSPACE_PER_MINUTE: '10000000',
    RATE_LIMIT_PUBLIC_READS_PER_MINUTE: '10000000',
    RATE_LIMIT_PUBLIC_PER_MINUTE: '10000000',
  }
}

/** The session data for a server without its own sessions. */
function knownTo(callers: Caller[]): string {
  return JSON.stringify(callers.map((caller) => ({ ...caller, contactIds: caller.contactIds.slice(0, 1) })))
}

function start(file: string, env: NodeJS.ProcessEnv): ChildProcess {
  return children.start(new URL(`request-path/${file}`, import.meta.url), env, process.env.BENCH_NODE_ARGS?.split(' '))
}

async function startSides(file: string, env: NodeJS.ProcessEnv, callers: Caller[]): Promise<Side[]> {
  const child = start(file, env)
  const { ports } = await nextMessage<{ ports: Record<string, number> }>(child)
  return Object.entries(ports).map(([name, port]) => ({ name, port, pid: child.pid as number, callers }))
}

async function run(
  generator: ChildProcess,
  postmaster: number | null,
  side: Side,
  kind: Kind,
  seconds: number,
): Promise<Figures> {
  firstNumber += 1_000_000
  const order: LoadOrder = { port: side.port, kind, connections, seconds, callers: side.callers, firstNumber }
  const before = { server: cpuOf(side.pid), postgres: postmaster ? cpuOfChildren(postmaster) : 0 }
  generator.send(order)
  const [{ result, error }] = (await once(generator, 'message')) as [{ result?: LoadResult; error?: string }]
  if (!result) throw new Error(`${side.name}, ${kind}: ${error}`)
  const after = { server: cpuOf(side.pid), postgres: postmaster ? cpuOfChildren(postmaster) : 0 }
  return {
    ...result,
    perSecond: result.requests / result.seconds,
    serverCpu: (after.server - before.server) / result.requests,
    postgresCpu: (after.postgres - before.postgres) / result.requests,
  }
}

async function requireSameAnswers(sides: Side[]): Promise<void> {
  for (const [i, caller] of (sides[0] as Side).callers.entries()) {
    for (const address of ['/api/contacts?limit=50', `/api/contacts/${caller.contactIds[i]}`]) {
      const answers = await Promise.all(
        sides.map(async ({ port }) => {
          const answer = await fetch(`http://127.0.0.1:${port}${address}`, {
            headers: { authorization: `Bearer ${caller.token}` },
          })
          return JSON.stringify(await answer.json())
        }),
      )
      if (new Set(answers).size !== 1)
        throw new Error(`The sides answer differently to ${address}:\n${answers.join('\n')}`)
    }
  }
}

async function postmasterOf(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('select pg_backend_pid() as pid')
  const pid = parentOf(rows[0].pid as number)
  await client.end()
  return pid
}

function medians(figures: Figures[]): Figures {
  const names = [
    'perSecond',
    'serverCpu',
    'postgresCpu',
    'p50Ms',
    'p99Ms',
    'generatorCpu',
    'requests',
    'seconds',
  ] as const
  return Object.fromEntries(
    names.map((name) => [name, median(figures.map((figure) => figure[name]))]),
  ) as unknown as Figures
}

function conditions() {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}`
  return {
    machine,
    node: process.version,
    database: options.database,
    seconds,
    rounds,
    connections,
    sessions,
    load: loadavg().map((load) => +load.toFixed(2)),
  }
}

function conditionsText(): string {
  const { machine, node, database, load } = conditions()
  return (
    `${machine}, node ${node}, ${database}; ${connections} connections of ${sessions} sessions, ${rounds} rounds of ${seconds} s, medians; ` +
    `load average at the end ${load.join(' ')}\nserver, PG, load: CPU time a request of the server, of PostgreSQL, of the load generator`
  )
}

function within(name: 'seconds' | 'rounds' | 'sessions', min: number, max: number): number {
  const value = Number(options[name])
  if (!(value >= min && value <= max)) throw new Error(`--${name} takes ${min} to ${max}.`)
  return value
}
