import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { after } from 'node:test'
import type pg from 'pg'
import {
  type CalleeBehaviour,
  type SimGateway,
  type VirtualClock,
  createSimGateway,
  createVirtualClock,
} from '@switchboard/voice'
import { readConfig } from '../src/config.ts'
import { createCampaign, getCampaign } from '../src/modules/campaigns/campaigns.ts'
import { type CampaignEngine, createCampaignEngine } from '../src/modules/campaigns/index.ts'
import type { NewCampaign } from '../src/modules/campaigns/schema.ts'
import { changeStatus } from '../src/modules/campaigns/status.ts'
import { createTelephony, type Telephony } from '../src/modules/telephony/index.ts'
import { createSipProvider } from '../src/modules/telephony/sip-providers.ts'
import { createTransferNumber } from '../src/modules/telephony/transfer-numbers.ts'
import { type Ctx, transaction } from '../src/platform/context.ts'
import { createSecrets } from '../src/platform/crypto/secrets.ts'
import type { OpenDatabase } from '../src/platform/database/open.ts'
import { newId } from '../src/platform/id.ts'
import { createLog } from '../src/platform/log.ts'
import { createMetrics } from '../src/platform/metrics.ts'
import { type Services, serverContext } from '../src/platform/services.ts'
import { createLocalStorage } from '../src/platform/storage/local.ts'
import { openTestDatabase } from './database.ts'

/** The campaign engine over the simulated telephone network, on a virtual clock and a database of its own. */
export interface CampaignLab {
  clock: VirtualClock
  services: Services
  logLines: string[]
  /** Frames for live clients, in order. */
  frames: { at: number; topic: string; event: string; data: Record<string, unknown> }[]
  query(text: string, values?: unknown[]): Promise<Record<string, never>[]>
  /** A workspace with a provider, a transfer number, a greeting of 5 s and contacts with the numbers given. */
  makeWorkspace(
    numbers: string[],
    provider?: { calls_per_second?: number; max_concurrent_calls?: number },
  ): Promise<LabWorkspace>
  /** A server process: gateway, leases, engine. Not started. */
  makeNode(options?: NodeOptions): LabNode
  /** Advances the clock until the campaign has ended; throws when it has not within `limitMs` of virtual time. */
  runToEnd(workspace: LabWorkspace, campaignId: string, limitMs?: number, stepMs?: number): Promise<void>
}

export interface NodeOptions {
  behaviour?: (to: string) => CalleeBehaviour
  leaseMs?: number
  sole?: boolean
  heartbeatMs?: number
  idlePollMs?: number
}

export interface LabNode {
  services: Services
  gateway: SimGateway
  telephony: Telephony
  engine: CampaignEngine
  start(): Promise<void>
  stop(): Promise<void>
  /** Kills the process at its n-th round trip to the database from now on: before it is sent, or before it is answered. */
  dieAt(trip: number, when: 'before' | 'after'): void
  isDead(): boolean
  /** SIGSTOP, and SIGCONT: what was due meanwhile happens then. */
  freeze(): void
  thaw(): void
  /** Lets the node's lease lapse in the database. */
  expireLease(): Promise<void>
}

export interface LabWorkspace {
  id: string
  userId: string
  listId: string
  greetingId: string
  providerId: string
  transferNumber: string
  ctx(): Ctx
  createCampaign(more?: Partial<NewCampaign>): Promise<string>
  change(id: string, action: 'start' | 'pause' | 'resume' | 'stop'): Promise<void>
  campaign(id: string): ReturnType<typeof getCampaign>
}

const isWaitingForTheSystem = () =>
  process.getActiveResourcesInfo().some((resource) => /^(FSReq|GetAddrInfo)/.test(resource))

/** Enough for any test: limits are for the tests that are about them. */
const unlimited = { calls_per_second: 1000, max_concurrent_calls: 5000 }

export async function openCampaignLab(): Promise<CampaignLab> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'switchboard-lab-'))
  const config = readConfig({
    DATA_DIR: dataDir,
    ...(process.env.DATABASE_URL && { DATABASE_URL: process.env.DATABASE_URL }),
  })
  const logLines: string[] = []
  const log = createLog('warn', { write: (line) => void logLines.push(line) })
  const database = await openTestDatabase(config, log)
  const frames: CampaignLab['frames'] = []
  // Virtual time stands still while the database, the disk or a look-up of a name is at work.
  const { pool } = database
  const clock = createVirtualClock({
    startAt: Date.UTC(2030, 0, 7, 15),
    async settle() {
      for (let quiet = 0; quiet < 3;) {
        await new Promise<void>((resolve) => setImmediate(resolve))
        const isAtRest = pool.idleCount === pool.totalCount && pool.waitingCount === 0 && !isWaitingForTheSystem()
        quiet = isAtRest ? quiet + 1 : 0
      }
    },
  })
  const unused = () => {
    throw new Error('Not part of the lab.')
  }
  const services: Services = {
    config,
    log,
    now: () => new Date(clock.now()),
    connections: database,
    secrets: createSecrets([{ name: 'k1', key: randomBytes(32) }]),
    storage: await createLocalStorage(path.join(dataDir, 'files')),
    jobs: { enqueue: unused },
    outbound: { fetch: unused, close: async () => {} },
    voice: null,
    metrics: createMetrics(),
    live: { publish: (topic, event, data) => void frames.push({ at: clock.now(), topic, event, data: { ...data } }) },
    outbox: { wake() {} },
  }
  const nodes = new Set<LabNode>()
  after(async () => {
    for (const node of nodes) await node.stop()
    await database.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  const query = (text: string, values: unknown[] = []) => queryAsSystem(pool, text, values)

  async function makeWorkspace(numbers: string[], provider = {}): Promise<LabWorkspace> {
    const [id, userId, listId, fileId, greetingId] = Array.from({ length: 5 }, newId) as [
      string,
      string,
      string,
      string,
      string,
    ]
    await query('insert into identity.users (id, email) values ($1, $2)', [userId, `${userId}@example.com`])
    await query(`insert into identity.workspaces (id, name, time_zone) values ($1, 'Lab', 'America/New_York')`, [id])
    await query(`insert into identity.members (workspace_id, user_id, role) values ($1, $2, 'owner')`, [id, userId])
    await query(`insert into contacts.lists (id, workspace_id, user_id, name) values ($1, $2, $3, 'Everyone')`, [
      listId,
      id,
      userId,
    ])
    await query(
      `insert into contacts.contacts (id, workspace_id, user_id, first_name, last_name, phone_number)
       select gen_random_uuid(), $1, $2, 'Contact', place::text, number from unnest($3::text[]) with ordinality n (number, place)`,
      [id, userId, numbers],
    )
    await query(
      `insert into contacts.list_items (id, workspace_id, contact_list_id, contact_id)
       select campaigns.new_id(row_number() over (order by last_name::int)), workspace_id, $2, id
         from contacts.contacts where workspace_id = $1`,
      [id, listId],
    )
    await query(
      `insert into files.files (id, workspace_id, user_id, filename, mime_type, size_bytes, sha256, storage_key)
       values ($1, $2, $3, 'hello.wav', 'audio/wav', 1, 'x', 'x/y')`,
      [fileId, id, userId],
    )
    await query(
      `insert into files.greetings (id, workspace_id, user_id, file_id, filename, duration_seconds, telephone_storage_key)
       values ($1, $2, $3, $4, 'hello.wav', 5, $5)`,
      [greetingId, id, userId, fileId, `${id}/greeting`],
    )
    await services.storage.write(`${id}/greeting`, Readable.from([Buffer.alloc(44 + 5 * 16_000)]))
    const ctx = () => serverContext(services, { workspaceId: id, userId })
    const { id: providerId } = await transaction(ctx(), (ctx) =>
      createSipProvider(ctx, {
        name: 'Sim',
        host: '127.0.0.1',
        port: 5060,
        username: 'lab',
        password: 'secret',
        active: true,
        transport: 'udp',
        register: true,
        caller_ids: ['+12125550100'],
        transfer_mode: 'bridge',
        ...unlimited,
        ...provider,
      }),
    )
    const { phone_number: transferNumber } = await transaction(ctx(), (ctx) =>
      createTransferNumber(ctx, { name: 'Desk', phone_number: '+12125550199' }),
    )
    return {
      id,
      userId,
      listId,
      greetingId,
      providerId,
      transferNumber,
      ctx,
      async createCampaign(more = {}) {
        const campaign = await transaction(ctx(), (ctx) =>
          createCampaign(ctx, {
            title: 'Lab',
            contact_list_id: listId,
            greeting_file_id: greetingId,
            transfer_number: transferNumber,
            calling_hours: null,
            ...unlimited,
            ...more,
          }),
        )
        return campaign.id
      },
      async change(campaignId, action) {
        await transaction(ctx(), (ctx) => changeStatus(ctx, campaignId, action))
      },
      campaign: (campaignId) => getCampaign(ctx(), campaignId),
    }
  }

  function makeNode(options: NodeOptions = {}): LabNode {
    const {
      behaviour = () => ({ does: 'ring' }),
      leaseMs = 3_600_000,
      heartbeatMs = 60_000,
      idlePollMs = 60_000,
      sole = false,
    } = options
    const process = makeProcess(clock, database)
    const own: Services = { ...services, connections: process.connections }
    const gateway = createSimGateway({
      clock: process.clock,
      behaviour,
      limits: { maxCalls: 100_000 },
      mediaDurationMs: () => 5_000,
    })
    const telephony = createTelephony(own, gateway, { clock: process.clock, leaseMs, heartbeatMs, sole })
    const engine = createCampaignEngine({ services: own, gateway, telephony, clock: process.clock, idlePollMs })
    let running = false
    const node: LabNode = {
      services: own,
      gateway,
      telephony,
      engine,
      dieAt: process.dieAt,
      isDead: process.isDead,
      freeze: process.freeze,
      thaw: process.thaw,
      expireLease: async () =>
        void (await query(`update telephony.nodes set lease_until = now() - interval '1 s' where id = $1`, [
          telephony.nodeId(),
        ])),
      async start() {
        running = true
        await telephony.start()
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
    makeWorkspace,
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

/** Sees all workspaces, as the server's own sweepers do. */
export async function queryAsSystem(
  pool: pg.Pool,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, never>[]> {
  const client = await pool.connect()
  try {
    await client.query('begin; set local role app_system')
    const { rows } = await client.query(text, values)
    await client.query('commit')
    return rows
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

/** What a process has of the world: its clock and its connections, until it dies. */
function makeProcess(clock: VirtualClock, database: OpenDatabase) {
  let dead = false
  let frozen = false
  let trips = 0
  let death: { trip: number; when: 'before' | 'after' } | null = null
  const waiting: (() => void)[] = []
  const die = () => {
    dead = true
    throw new Error('This process was killed.')
  }
  const own: VirtualClock = {
    ...clock,
    setTimeout(run, ms) {
      let cancelled = false
      const timer = clock.setTimeout(() => {
        const act = () => !dead && !cancelled && run()
        if (frozen) waiting.push(act)
        else act()
      }, ms)
      return {
        cancel() {
          cancelled = true
          timer.cancel()
        },
      }
    },
  }
  const pool = {
    query: async (text: string) => (dead ? die() : database.pool.query(text)),
    async connect() {
      trips++
      if (dead || (death?.when === 'before' && trips >= death.trip)) die()
      const client = await database.pool.connect()
      let released = false
      const release = (destroy?: boolean) => {
        if (released) return
        released = true
        client.release(destroy)
        if (!dead && death?.when === 'after' && trips >= death.trip) die()
      }
      // Its own view of the client: after the release the real one belongs to somebody else.
      return new Proxy(client, {
        get(target, key) {
          if (key === 'release') return release
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
        set: (target, key, value) => Reflect.set(target, key, value, target),
      })
    },
  }
  return {
    clock: own,
    connections: { ...database, pool: pool as unknown as OpenDatabase['pool'] },
    dieAt(trip: number, when: 'before' | 'after') {
      death = { trip: trips + trip, when }
    },
    isDead: () => dead,
    freeze: () => void (frozen = true),
    thaw() {
      frozen = false
      for (const act of waiting.splice(0)) act()
    },
  }
}

/** Distinct numbers in New York. */
export const numbers = (count: number) => Array.from({ length: count }, (_, i) => `+1212${String(2_000_000 + i)}`)
