import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { VoiceGateway } from '@switchboard/voice'
import type { FastifyInstance } from 'fastify'
import { type Config, version } from './config.ts'
import { administrationRoutes } from './modules/administration/index.ts'
import {
  campaignCommands,
  campaignRoutes,
  createCampaignEngine,
  pauseBereftCampaigns,
} from './modules/campaigns/index.ts'
import { billingRoutes, endSubscriptionPeriods, plansOf } from './modules/billing/index.ts'
import {
  chatAudience,
  chatCommands,
  chatCounter,
  chatExport,
  chatRoutes,
  chatSubjects,
  createPresence,
  forgetFinds,
  removeExpiredMessages,
  removeStoredFiles,
  removeUnusedFiles,
} from './modules/chat/index.ts'
import { contactRoutes, importContacts } from './modules/contacts/index.ts'
import { fileCounter, fileRoutes } from './modules/files/index.ts'
import {
  admitVisitor,
  announceConversations,
  deliverThrough,
  fetchAttachment,
  lateReceipt,
  socialChannels,
  visitorId,
  webhookRoutes,
} from './modules/inbox/index.ts'
import {
  accountRoutes,
  createAuthenticate,
  identityRoutes,
  sendInvitation,
  sendPasswordReset,
  supabaseAuthRoutes,
  sweepIdentity,
} from './modules/identity/index.ts'
import { deliverPush, notificationRoutes, pushNotification } from './modules/notifications/index.ts'
import { integrationRoutes, renewTokens } from './modules/integrations/index.ts'
import { createRealtime, realtimeRoutes, removeExpiredTickets, type SocketCommand } from './modules/realtime/index.ts'
import { embedKnowledge, receptionistRoutes } from './modules/receptionist/index.ts'
import {
  cancelUnpaidOrders,
  mailCustomer,
  mailCustomersOfShop,
  notifyShopTeam,
  paymentRoutes,
  publicShopRoutes,
  shopCommands,
  shopRoutes,
} from './modules/shop/index.ts'
import { expireHandoffs, salesRoutes } from './modules/sales/index.ts'
import { type Calling, startCalling, telephonyRoutes } from './modules/telephony/index.ts'
import {
  closeProviderRoom,
  disconnectParticipant,
  endDesertedCalls,
  endForgottenCalls,
  missRinging,
  removeWithoutAccess,
  videoCommands,
  videoCounter,
  videoHosts,
  videoRoutes,
  watchAccess,
} from './modules/video/index.ts'
import { admitKeys } from './platform/crypto/installation-keys.ts'
import { loadKeys } from './platform/crypto/key-files.ts'
import { createSecrets } from './platform/crypto/secrets.ts'
import { migrate } from './platform/database/migrate.ts'
import { type OpenDatabase, openDatabase } from './platform/database/open.ts'
import { openApiDocument } from './platform/http/reference/openapi.ts'
import type { RouteTable } from './platform/http/route.ts'
import { createHttp } from './platform/http/server.ts'
import { systemRoutes } from './platform/http/system-routes.ts'
import { createJobQueue } from './platform/job-queue.ts'
import type { JobType } from './platform/jobs.ts'
import type { Log } from './platform/log.ts'
import { deliverMessage, forgetMessages } from './platform/mail/messages.ts'
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
export const routeTables: RouteTable[] = [
  identityRoutes,
  accountRoutes(chatExport),
  supabaseAuthRoutes,
  administrationRoutes([fileCounter, chatCounter, videoCounter], chatSubjects),
  contactRoutes,
  fileRoutes,
  realtimeRoutes,
  billingRoutes,
  notificationRoutes,
  integrationRoutes,
  webhookRoutes,
  telephonyRoutes,
  campaignRoutes,
  chatRoutes,
  videoRoutes,
  receptionistRoutes,
  shopRoutes,
  publicShopRoutes,
  paymentRoutes,
  salesRoutes,
]

// oxlint-disable-next-line no-explicit-any -- jobs with different inputs share one list.
const jobTypes: JobType<any>[] = [
  retention,
  sweepIdentity,
  sendInvitation,
  sendPasswordReset,
  deliverMessage,
  mailCustomer,
  cancelUnpaidOrders,
  forgetMessages,
  removeExpiredTickets,
  importContacts,
  expireHandoffs,
  embedKnowledge,
  pushNotification,
  deliverPush,
  renewTokens,
  deliverThrough(socialChannels),
  lateReceipt,
  fetchAttachment,
  removeExpiredMessages,
  removeStoredFiles,
  removeUnusedFiles,
  forgetFinds,
  missRinging,
  endDesertedCalls,
  endForgottenCalls,
  removeWithoutAccess,
  disconnectParticipant,
  closeProviderRoom,
  endSubscriptionPeriods,
]
const subscribers: Subscriber[] = [
  notifyShopTeam,
  mailCustomersOfShop,
  announceConversations,
  pauseBereftCampaigns,
  watchAccess,
]
export const socketCommands: SocketCommand[] = [...campaignCommands, ...chatCommands, ...videoCommands, ...shopCommands]

export interface App {
  readonly services: Services
  /** Null in a node without the API. */
  readonly http: FastifyInstance | null
  /** Answers the address it listens at; needs `http`. */
  listen(): Promise<string>
  /** Does background work from now on: jobs, subscribers, campaigns. Not needed to answer requests, and slow to start. */
  work(): Promise<void>
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
  /** Answers requests. Default true. */
  http?: boolean
}

/** How long requests in progress may take to end before they are cut off. */
const requestsEndWithinMs = 8_000
/** And jobs; what takes longer is tried again later. All together an end takes less than 15 s. */
const jobsEndWithinMs = 3_000

/** The composition root: the only place that knows every module. */
export async function createApp(options: AppOptions): Promise<App> {
  const connections = options.database ?? (await openDatabase(options.config, options.log))
  try {
    return await compose(options, connections)
  } catch (error) {
    await connections.close()
    throw error
  }
}

async function compose(options: AppOptions, connections: OpenDatabase): Promise<App> {
  const { config, log, voice = null, http: answersRequests = true } = options
  await migrate(connections.pool, (name) => log.info(`Applied the migration ${name}.`))
  await admitKeys(connections.pool, config)
  // A file of plans that cannot be used is better known now than when somebody asks for it.
  plansOf(config)
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
    outbound: createOutbound([...config.outboundAllow, ...videoHosts(config)]),
    voice,
    metrics,
    live: hub,
    outbox,
  }
  let ready = true
  let calling: Calling | null = null
  bus.start()
  // The one keeps this thread busy while the others wait for the database.
  const [web] = await Promise.all([answersRequests ? serve() : null, jobs.start().then(() => outbox.start(services))])
  return {
    services,
    http: web?.http ?? null,
    async listen() {
      if (!web) throw new Error('This node was composed without the API.')
      await outbox.register(services)
      await web.http.listen({ host: config.host, port: config.port })
      const { port } = web.http.server.address() as AddressInfo
      return `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
    },
    async work() {
      await jobs.work(services)
      await outbox.work(services)
      if (voice) calling = await startCalling(services, voice, outbox, [createCampaignEngine])
    },
    async close() {
      ready = false
      await Promise.all([web?.close(), calling?.stop()])
      await jobs.stop(jobsEndWithinMs)
      await outbox.stop()
      await bus.stop()
      await services.outbound.close()
      await connections.close()
    },
  }

  async function serve() {
    const system = systemRoutes({
      version,
      metrics,
      metricsToken: config.metricsToken,
      isReady: () => ready,
      document: () => openApiDocument(routeTables, { version, url: config.publicUrl }),
    })
    const authenticate = createAuthenticate(services)
    const guestOf = (headers: IncomingHttpHeaders) => visitorId(services, headers)
    const http = await createHttp({ services, tables: [...routeTables, system], authenticate, guestOf })
    const presence = createPresence(services)
    const realtime = createRealtime({
      services,
      outbox,
      hub,
      authenticate: (headers) => authenticate(headers, 'GET', '/ws'),
      guests: [admitVisitor],
      commands: socketCommands,
      sources: [chatAudience],
      attendance: presence,
    })
    realtime.attach(http.server)
    metrics.gauge('switchboard_sockets', 'Live clients connected to this node.', () => realtime.size())
    return {
      http,
      async close() {
        const late = setTimeout(() => http.server.closeAllConnections(), requestsEndWithinMs)
        await realtime.close()
        await presence.stop()
        await http.close()
        clearTimeout(late)
      },
    }
  }
}
