import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { type FrontEnd, compatibilityCodecs, compatibilityTables } from './compat/front-end.ts'
import { supabaseAddresses } from './compat/supabase/index.ts'
import { createSupabaseRealtime } from './compat/supabase/realtime/realtime.ts'
import { version } from './config.ts'
import { createAuthenticate } from './modules/identity/index.ts'
import { createAudienceLoader, createRealtime } from './modules/realtime/index.ts'
import { loadAssets } from './platform/http/asset-files.ts'
import { openApiDocument } from './platform/http/reference/openapi.ts'
import { createHttp } from './platform/http/server.ts'
import { systemRoutes } from './platform/http/system-routes.ts'
import type { Composition, Module } from './platform/module.ts'
import type { Outbox } from './platform/outbox/outbox.ts'
import type { Services } from './platform/services.ts'
import type { Hub } from './platform/sockets/hub.ts'

/** The time that requests in progress have to end before their connections are closed. */
const requestsEndWithinMs = 8_000

interface ServeOptions {
  services: Services
  outbox: Outbox
  hub: Hub
  modules: readonly Module[]
  frontEnds: readonly FrontEnd[]
  composition: Composition
  isReady(): boolean
}

interface WebServer {
  readonly http: FastifyInstance
  close(): Promise<void>
}

/** The API and the sockets of a node. It listens when the caller says so. */
export async function serve(options: ServeOptions): Promise<WebServer> {
  const { services, outbox, hub, modules, frontEnds, composition, isReady } = options
  const { config, metrics } = services
  const { guests, guestOf, commands, frameCodecs, unservedSockets, audience } = composition
  const routeTables = [...composition.routeTables, ...compatibilityTables(frontEnds, composition.routeTables)]
  const system = systemRoutes({
    version,
    metrics,
    metricsToken: config.metricsToken,
    isReady,
    document: () => openApiDocument(routeTables, { version, url: config.publicUrl }),
    assets: await loadAssets(config.webDir),
    apiPaths: routeTables.flatMap(({ routes }) => Object.values(routes).map(({ path }) => path)),
  })
  const authenticate = createAuthenticate(services)
  const http = await createHttp({
    services,
    tables: [...routeTables, system],
    authenticate,
    guestOf: (headers) => guestOf(services, headers),
    errorForms: frontEnds.flatMap(({ errorForms = [] }) => errorForms),
  })
  const presenceTrackers = modules.flatMap((module) => module.presenceTracker?.(services) ?? [])
  const authenticateSocket = (headers: IncomingHttpHeaders) => authenticate(headers, 'GET', '/ws')
  const supabaseRealtime = createSupabaseRealtime({
    services,
    outbox,
    hub,
    authenticate: authenticateSocket,
    loadAudience: createAudienceLoader(services, audience),
    addresses: frontEnds.length > 0 ? supabaseAddresses : [],
  })
  const realtime = createRealtime({
    services,
    outbox,
    hub,
    authenticate: authenticateSocket,
    isElsewhere: (url) => supabaseRealtime.serves(url),
    guests,
    codecs: { ...frameCodecs, ...compatibilityCodecs(frontEnds) },
    unserved: unservedSockets,
    commands,
    sources: audience,
    presenceTrackers,
  })
  realtime.attach(http.server)
  supabaseRealtime.attach(http.server)
  metrics.gauge('switchboard_sockets', 'Live clients connected to this node.', () => realtime.size())
  return {
    http,
    async close() {
      const late = setTimeout(() => http.server.closeAllConnections(), requestsEndWithinMs)
      await Promise.all([realtime.close(), supabaseRealtime.close()])
      await Promise.all(presenceTrackers.map((one) => one.stop()))
      await http.close()
      clearTimeout(late)
    },
  }
}
