import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { VoiceGateway } from '@switchboard/voice'
import type { FastifyInstance } from 'fastify'
import { type Config, version } from './config.ts'
import { campaignRoutes } from './modules/campaigns/index.ts'
import { contactRoutes, importContacts } from './modules/contacts/index.ts'
import { fileRoutes } from './modules/files/index.ts'
import { createAuthenticate, identityRoutes, sweepIdentity } from './modules/identity/index.ts'
import { createRealtime, realtimeRoutes, removeExpiredTickets, type SocketCommand } from './modules/realtime/index.ts'
import { telephonyRoutes } from './modules/telephony/index.ts'
import { loadKeys } from './platform/crypto/key-files.ts'
import { createSecrets } from './platform/crypto/secrets.ts'
import { migrate } from './platform/database/migrate.ts'
import { type OpenDatabase, openDatabase } from './platform/database/open.ts'
import { openApiDocument } from './platform/http/openapi.ts'
import type { RouteTable } from './platform/http/route.ts'
import { createHttp } from './platform/http/server.ts'
import { systemRoutes } from './platform/http/system-routes.ts'
import { createJobQueue } from './platform/job-queue.ts'
import type { JobType } from './platform/jobs.ts'
import type { Log } from './platform/log.ts'
import { createMetrics } from './platform/metrics.ts'
import { createNodeBus } from './platform/nodes.ts'
import { createOutbound } from './platform/outbound.ts'
import { createOutbox } from './platform/outbox/outbox.ts'
import type { Subscriber } from './platform/outbox/subscriber.ts'
import { retention } from './platform/retention.ts'
import type { Services } from './platform/services.ts'
import { createHub } from './platform/sockets/hub.ts'
import { createLocalStorage } from './platform/storage/local.ts'

/** Every endpoint of the API. */
export const routeTables: RouteTable[] = [identityRoutes, contactRoutes, fileRoutes, realtimeRoutes, telephonyRoutes, campaignRoutes]

// oxlint-disable-next-line no-explicit-any -- jobs with different inputs share one list.
const jobTypes: JobType<any>[] = [retention, sweepIdentity, removeExpiredTickets, importContacts]
const subscribers: Subscriber[] = []
const socketCommands: SocketCommand[] = []

export interface App {
  readonly services: Services
  readonly http: FastifyInstance
  /** Answers the address it listens at. */
  listen(): Promise<string>
  /** Lets what is under way end, then closes everything that was opened. */
  close(): Promise<void>
}

export interface AppOptions {
  config: Config
  log: Log
  /** Opened already, closed with the app all the same. */
  database?: OpenDatabase
  /** Null: this node makes no calls. */
  voice?: VoiceGateway | null
}

/** The composition root: the only place that knows every module. */
export async function createApp({ config, log, database, voice = null }: AppOptions): Promise<App> {
  const connections = database ?? (await openDatabase(config, log))
  await migrate(connections.pool, (name) => log.info({ migration: name }, 'Migrated.'))
  const metrics = createMetrics()
  const bus = createNodeBus(connections, log)
  const hub = createHub(bus, log)
  const outbox = createOutbox({ bus, subscribers })
  const jobs = createJobQueue({ connections, log, bus, types: jobTypes })
  const services: Services = {
    config,
    log,
    now: () => new Date(),
    connections,
    secrets: createSecrets(loadKeys(config.encryptionKeys, config.dataDir, 'encryption', 'ENCRYPTION_KEYS')),
    storage: await createLocalStorage(path.join(config.dataDir, 'files')),
    jobs,
    outbound: createOutbound(config.outboundAllow),
    voice,
    metrics,
    live: hub,
    outbox,
  }
  let ready = true
  const system = systemRoutes({
    version,
    metrics,
    metricsToken: config.metricsToken,
    isReady: () => ready,
    document: () => openApiDocument(routeTables, { version, url: config.publicUrl }),
  })
  const authenticate = createAuthenticate(services)
  const http = await createHttp({ services, tables: [...routeTables, system], authenticate })
  const realtime = createRealtime({
    services,
    outbox,
    hub,
    authenticate: (headers) => authenticate(headers, 'GET', '/ws'),
    commands: socketCommands,
  })
  realtime.attach(http.server)
  bus.start()
  await jobs.start(services)
  await outbox.start(services)
  return {
    services,
    http,
    async listen() {
      await http.listen({ host: config.host, port: config.port })
      const { port } = http.server.address() as AddressInfo
      return `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
    },
    async close() {
      ready = false
      await realtime.close()
      await http.close()
      await jobs.stop()
      await outbox.stop()
      await bus.stop()
      await services.outbound.close()
      await connections.close()
    },
  }
}
