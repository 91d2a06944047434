import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import type pg from 'pg'
import {
  type CalleeBehaviour,
  type SimGateway,
  type VirtualClock,
  createSimGateway,
  createVirtualClock,
} from '@switchboard/voice/sim'
import { type Config, readConfig } from '../../src/config.ts'
import { type CampaignEngine, createCampaignEngine } from '../../src/modules/campaigns/index.ts'
import { createTelephony, type Telephony } from '../../src/modules/telephony/index.ts'
import { createSecrets } from '../../src/platform/crypto/secrets.ts'
import { createLog } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import type { Services } from '../../src/platform/services.ts'
import { createLocalStorage } from '../../src/platform/storage/local.ts'
import { makeProcess } from './process.ts'
import { queryAsSystem } from './query.ts'
import { type SimulationProvider, type SimulationWorkspace, makeWorkspace } from './workspace.ts'
import { openTestDatabase } from '../database.ts'

/** The campaign engine over the simulated telephone network, on a virtual clock and a database of its own. */
export interface CampaignSimulation {
  clock: VirtualClock
  services: Services
  logLines: string[]
  /** Frames for live clients, in order. */
  frames: { at: number; topic: string; event: string; data: Record<string, unknown> }[]
  query(text: string, values?: unknown[]): Promise<Record<string, never>[]>
  /** Creates a workspace with a provider, a transfer number, a greeting of 5 s and contacts with these numbers. */
  makeWorkspace(numbers: string[], provider?: SimulationProvider): Promise<SimulationWorkspace>
  /** Moves the clock of the database's machine forward or back. */
  jumpDatabase(ms: number): void
  /** Creates a server process, not started: gateway, leases, engine. */
  makeNode(options?: NodeOptions): SimulationNode
  /** Advances the clock until the campaign has ended. Throws after `limitMs` of virtual time. */
  runToEnd(workspace: SimulationWorkspace, campaignId: string, limitMs?: number, stepMs?: number): Promise<void>
}

export interface NodeOptions {
  behaviour?: (to: string) => CalleeBehaviour
  leaseMs?: number
  sole?: boolean
  heartbeatMs?: number
  idlePollMs?: number
  enrolBatch?: number
  /** The capacity of the installation. Default: more than any test uses. */
  sip?: Partial<Config['sip']>
}

export interface SimulationNode {
  services: Services
  gateway: SimGateway
  telephony: Telephony
  engine: CampaignEngine
  start(): Promise<void>
  stop(): Promise<void>
  /** Kills the process at its n-th next round trip to the database, before the request or before the response. */
  dieAt(trip: number, when: 'before' | 'after'): void
  isDead(): boolean
  /** Moves the clock of the node's machine forward or back. */
  jump(ms: number): void
  /** SIGSTOP and SIGCONT. Timers that were due meanwhile fire at the SIGCONT. */
  freeze(): void
  thaw(): void
  /** Expires the node's lease in the database. */
  expireLease(): Promise<void>
}

const isWaitingForTheSystem = () =>
  process.getActiveResourcesInfo().some((resource) => /^(FSReq|GetAddrInfo)/.test(resource))

const breaksWithinMs = 5

/** Waits briefly until a connection returns to the pool. A broken connection does not return. */
const nextAnswer = (pool: pg.Pool): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(late)
      pool.off('release', done)
      resolve()
    }
    const late = setTimeout(done, breaksWithinMs)
    pool.on('release', done)
  })

/** `env` configures the server. */
export async function openCampaignSimulation(env: Record<string, string> = {}): Promise<CampaignSimulation> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'switchboard-simulation-'))
  const config = readConfig({
    DATA_DIR: dataDir,
    // High limits. Tests of the limits set their own.
    SIP_MAX_CALLS: '5000',
    SIP_WORKSPACE_SHARE: '100',
    SIP_WORKSPACE_CALLS_PER_SECOND: '1000',
    ...(process.env.DATABASE_URL && { DATABASE_URL: process.env.DATABASE_URL }),
    ...env,
  })
  const logLines: string[] = []
  const log = createLog('warn', { write: (line) => void logLines.push(line) })
  const database = await openTestDatabase(config, log)
  const frames: CampaignSimulation['frames'] = []
  // Virtual time stops during work of the database, the disk or the resolver.
  const { pool } = database
  const clock = createVirtualClock({
    startAt: Date.UTC(2030, 0, 7, 15),
    async settle() {
      for (let quiet = 0; quiet < 3;) {
        await new Promise<void>((resolve) => setImmediate(resolve))
        const isAsking = pool.idleCount < pool.totalCount || pool.waitingCount > 0
        if (isAsking) await nextAnswer(pool)
        quiet = isAsking || isWaitingForTheSystem() ? 0 : quiet + 1
      }
    },
  })
  const unused = () => {
    throw new Error('Not part of the simulation.')
  }
  const services: Services = {
    config,
    log,
    now: () => new Date(clock.now()),
    connections: database,
    secrets: createSecrets([{ name: 'k1', key: randomBytes(32) }]),
    storage: await createLocalStorage(path.join(dataDir, 'files')),
    jobs: { enqueue: unused },
    outbound: { fetch: unused, stream: unused, close: async () => {} },
    voice: null,
    metrics: createMetrics(),
    live: {
      publish: (topics, event, data) => {
        for (const topic of [topics].flat()) frames.push({ at: clock.now(), topic, event, data: { ...data } })
      },
    },
    outbox: { wake() {} },
  }
  const nodes = new Set<SimulationNode>()
  let databaseAheadMs = 0
  after(async () => {
    for (const node of nodes) await node.stop()
    await database.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  const query = (text: string, values: unknown[] = []) => queryAsSystem(pool, text, values)

  function makeNode(options: NodeOptions = {}): SimulationNode {
    const {
      behaviour = () => ({ does: 'ring' }),
      leaseMs = 3_600_000,
      heartbeatMs = 60_000,
      idlePollMs = 60_000,
      enrolBatch = 2_000,
      sole = false,
      sip = {},
    } = options
    const process = makeProcess(clock, database)
    const own: Services = {
      ...services,
      config: { ...config, sip: { ...config.sip, ...sip } },
      connections: process.connections,
      now: () => new Date(process.clock.now()),
    }
    const gateway = createSimGateway({
      clock: process.clock,
      behaviour,
      limits: { maxCalls: sip.maxCalls ?? 100_000 },
      mediaDurationMs: () => 5_000,
    })
    const telephony = createTelephony(own, gateway, { clock: process.clock, leaseMs, heartbeatMs, sole })
    const engine = createCampaignEngine({
      services: own,
      gateway,
      telephony,
      clock: process.clock,
      idlePollMs,
      enrolBatch,
      readTime: async () => clock.now() + databaseAheadMs,
    })
    let running = false
    const node: SimulationNode = {
      services: own,
      gateway,
      telephony,
      engine,
      dieAt: process.dieAt,
      isDead: process.isDead,
      jump: process.jump,
      freeze: process.freeze,
      thaw: process.thaw,
      expireLease: async () =>
        void (await query(`update telephony.nodes set lease_until = now() - interval '1 s' where id = $1`, [
          telephony.nodeId(),
        ])),
      async start() {
        running = true
        await telephony.start()
        await telephony.sync()
        engine.start()
      },
      async stop() {
        nodes.delete(node)
        if (!running || process.isDead()) return
        running = false
        const progress = { over: false }
        const stopped = engine
          .stop(0)
          .then(() => telephony.stop())
          .finally(() => (progress.over = true))
        while (!progress.over) await clock.advance(100)
        await stopped
      },
    }
    nodes.add(node)
    return node
  }

  return {
    clock,
    services,
    logLines,
    frames,
    query,
    makeWorkspace: (numbers, provider) => makeWorkspace(services, numbers, provider),
    jumpDatabase: (ms) => void (databaseAheadMs += ms),
    makeNode,
    async runToEnd(workspace, campaignId, limitMs = 86_400_000, stepMs = 1_000) {
      for (const end = clock.monotonic() + limitMs; clock.monotonic() < end;) {
        await clock.advance(stepMs)
        const { status } = await workspace.campaign(campaignId)
        if (status === 'completed' || status === 'stopped') return
      }
      throw new Error(
        `The campaign has not ended: ${JSON.stringify(await workspace.campaign(campaignId))}\n${logLines.join('')}`,
      )
    },
  }
}
