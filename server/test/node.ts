import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { readConfig } from '../src/config.ts'
import type { OpenDatabase } from '../src/platform/database/open.ts'
import { type JobQueue, createJobQueue } from '../src/platform/job-queue.ts'
import type { JobType } from '../src/platform/jobs.ts'
import { createLog } from '../src/platform/log.ts'
import { type NodeBus, createNodeBus } from '../src/platform/nodes.ts'
import { type Outbox, createOutbox } from '../src/platform/outbox/outbox.ts'
import type { Subscriber } from '../src/platform/outbox/subscriber.ts'
import type { Services } from '../src/platform/services.ts'
import { type Hub, createHub } from '../src/platform/sockets/hub.ts'
import { openTestDatabase } from './database.ts'

export const testConfig = readConfig({ DATA_DIR: mkdtempSync(path.join(tmpdir(), 'switchboard-')) })
export const testLog = createLog('fatal')

export interface TestNode {
  services: Services
  bus: NodeBus
  outbox: Outbox
  jobs: JobQueue
  hub: Hub
  stop(): Promise<void>
}

export interface TestNodeOptions {
  database: OpenDatabase
  subscribers?: Subscriber[]
  // oxlint-disable-next-line no-explicit-any -- types with different inputs share one list.
  jobs?: JobType<any>[]
  pollMs?: number
  /** Runs jobs and subscribers. Default true. */
  works?: boolean
}

/** A database for `startTestNode`; several nodes may share it. */
export const openNodeDatabase = () => openTestDatabase(testConfig, testLog)

/** The background half of a server: event log, jobs and live topics, without HTTP. */
export async function startTestNode({
  database,
  subscribers = [],
  jobs: types = [],
  pollMs,
  works = true,
}: TestNodeOptions): Promise<TestNode> {
  const bus = createNodeBus(database, testLog)
  const outbox = createOutbox({ bus, subscribers, ...(pollMs !== undefined && { pollMs }) })
  const jobs = createJobQueue({ connections: database, log: testLog, bus, types })
  const hub = createHub(bus, testLog)
  const services = {
    config: testConfig,
    log: testLog,
    now: () => new Date(),
    connections: database,
    jobs,
    outbox,
    live: hub,
  } as unknown as Services
  bus.start()
  if (types.length > 0) await jobs.start()
  await outbox.start(services)
  await outbox.register(services)
  if (works && types.length > 0) await jobs.work(services)
  if (works) await outbox.work(services)
  return {
    services,
    bus,
    outbox,
    jobs,
    hub,
    async stop() {
      await outbox.stop()
      if (types.length > 0) await jobs.stop(2000)
      await bus.stop()
    },
  }
}
