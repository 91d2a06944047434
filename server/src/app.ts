import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { VoiceGateway } from '@switchboard/voice'
import type { FastifyInstance } from 'fastify'
import type { FrontEnd } from './compat/front-end.ts'
import type { Config } from './config.ts'
import { frontEnds as allFrontEnds, modules as allModules } from './modules.ts'
import { admitKeys } from './platform/crypto/installation-keys.ts'
import { loadKeys } from './platform/crypto/key-files.ts'
import { createSecrets } from './platform/crypto/secrets.ts'
import { migrate } from './platform/database/migrate.ts'
import { type OpenDatabase, openDatabase } from './platform/database/open.ts'
import { createJobQueue } from './platform/job-queue.ts'
import type { Log } from './platform/log.ts'
import { deliverMessage, forgetMessages } from './platform/mail/messages.ts'
import { createMetrics } from './platform/metrics.ts'
import { type Module, type Running, compose } from './platform/module.ts'
import { createNodeBus } from './platform/nodes.ts'
import { createOutbound } from './platform/outbound.ts'
import { createOutbox } from './platform/outbox/outbox.ts'
import { retention } from './platform/retention.ts'
import type { Services } from './platform/services.ts'
import { createHub } from './platform/sockets/hub.ts'
import { createLocalStorage } from './platform/storage/local.ts'
import { serve } from './serve.ts'

export interface App {
  readonly services: Services
  /** Null in a node without the API. */
  readonly http: FastifyInstance | null
  /** Returns the address that it listens at; needs `http`. */
  listen(): Promise<string>
  /** Does background work from now on: jobs, subscribers, campaigns. Not needed to answer requests, and slow to start. */
  work(): Promise<void>
  /** Lets what is under way end, then closes everything that was opened. */
  close(): Promise<void>
}

export interface AppOptions {
  config: Config
  log: Log
  /** Opened by the caller, but closed with the app. */
  database?: OpenDatabase
  /** Null: this node makes no calls. */
  voice?: VoiceGateway | null
  /** Serves the API. Default true. */
  http?: boolean
  /** Default: those of `modules.ts`. */
  modules?: readonly Module[]
  /** Front-ends with a compatibility API. Default: those of `modules.ts`; none with other modules. */
  frontEnds?: readonly FrontEnd[]
}

/** The time that running jobs have to end; a longer one is tried again later. A stop takes less than 15 s in all. */
const jobsEndWithinMs = 3_000

/** Jobs that belong to no module. */
const platformJobs = [retention, deliverMessage, forgetMessages]

/**
 * Connections that the system holds until they are accepted. With Node's 511, of thousands of clients that come back at once
 * most are dropped, and TCP tries again after 1, 3, 7 and 15 s. The system may allow fewer (`net.core.somaxconn`).
 */
const connectionsWaiting = 4096

/** The composition root: makes a server of the modules. */
export async function createApp(options: AppOptions): Promise<App> {
  const connections = options.database ?? (await openDatabase(options.config, options.log))
  try {
    return await build(options, connections)
  } catch (error) {
    await connections.close()
    throw error
  }
}

async function build(options: AppOptions, connections: OpenDatabase): Promise<App> {
  const { config, log, voice = null, http: servesHttp = true, modules = allModules } = options
  const { frontEnds = modules === allModules ? allFrontEnds : [] } = options
  const composition = compose(modules)
  const { callServices } = composition
  await migrate(connections.pool, (name) => log.info(`Applied the migration ${name}.`))
  await admitKeys(connections.pool, config)
  // A file that cannot be used stops the start, not the first request that needs it.
  composition.checkConfig(config)
  const metrics = createMetrics()
  const bus = createNodeBus(connections, log)
  const hub = createHub(bus, log)
  const outbox = createOutbox({ bus, subscribers: composition.subscribers })
  const jobs = createJobQueue({ connections, log, bus, types: [...platformJobs, ...composition.jobs] })
  const services: Services = {
    config,
    log,
    now: () => new Date(),
    connections,
    secrets: createSecrets(loadKeys(config.encryptionKeys, config.dataDir, 'encryption', 'ENCRYPTION_KEYS')),
    storage: await createLocalStorage(path.join(config.dataDir, 'files')),
    jobs,
    outbound: createOutbound([...config.outboundAllow, ...composition.outboundHosts(config)]),
    voice,
    metrics,
    live: hub,
    outbox,
  }
  let isReady = true
  const running: Running[] = []
  bus.start()
  // Making the routes keeps this thread busy while the others wait for the database.
  const [web] = await Promise.all([
    servesHttp ? serve({ services, outbox, hub, modules, frontEnds, composition, isReady: () => isReady }) : null,
    jobs.start().then(() => outbox.start(services)),
  ])
  return {
    services,
    http: web?.http ?? null,
    async listen() {
      if (!web) throw new Error('This node was composed without the API.')
      await outbox.register(services)
      await web.http.listen({ host: config.host, port: config.port, backlog: connectionsWaiting })
      const { port } = web.http.server.address() as AddressInfo
      return `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
    },
    async work() {
      await jobs.work(services)
      await outbox.work(services)
      for (const module of modules) {
        const started = await module.start?.({ services, outbox, voice, callServices })
        if (started) running.push(started)
      }
    },
    async close() {
      isReady = false
      await Promise.all([web?.close(), ...running.map((one) => one.stop())])
      await jobs.stop(jobsEndWithinMs)
      await outbox.stop()
      await bus.stop()
      await services.outbound.close()
      await connections.close()
    },
  }
}
