import { timingSafeEqual } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Config } from '../../config.ts'
import { statement } from '../database/statement.ts'
import { AppError, notFound, unavailable } from '../errors.ts'
import { type Services, serverContext } from '../services.ts'
import type { Metrics } from '../metrics.ts'
import type { AssetFile } from './asset-files.ts'
import { sendAsset } from './assets.ts'
import { docsPage } from './reference/docs-page.ts'
import { homePage } from './reference/home-page.ts'
import type { JsonSchema } from './reference/json-schema.ts'
import { FileResponse, type Route, type RouteTable, route } from './route.ts'

const ping = statement('system.ping', () => sql<{ one: number }>`select 1 as one`)

export interface SystemRoutesOptions {
  version: string
  metrics: Metrics
  metricsToken: string | null
  /** False while the server is shutting down. */
  isReady(): boolean
  document(): JsonSchema
  /** The built console. Empty: no console. */
  assets: ReadonlyMap<string, AssetFile>
  /** Paths of the API's operations, below whose first segments the console has no pages. */
  apiPaths: readonly string[]
}

/** For those who run the server and those who read about it, not for front-ends. */
export function systemRoutes(options: SystemRoutesOptions): RouteTable {
  const { version, metrics, metricsToken, isReady, document, assets, apiPaths } = options
  const system = (path: string, handler: Route['handler'], kind: Route['kind'] = 'read') =>
    route({
      kind,
      method: 'GET',
      path,
      access: 'public',
      ignoresCredentials: true,
      summary: path,
      hidden: true,
      response: z.any(),
      handler,
    })
  let rendered: { json: string; page: FileResponse } | undefined
  const render = () => {
    if (!rendered) {
      const made = document()
      rendered = { json: JSON.stringify(made), page: docsPage(made) }
    }
    return rendered
  }
  const probe = createProbe()
  const routes: Record<string, Route> = {
    health: system('/healthz', async () => ({ status: 'ok' })),
    ready: system('/readyz', async (ctx) => {
      if (!isReady()) throw unavailable('The server is shutting down.', 5)
      await probe(ctx.services)
      return { status: 'ready' }
    }),
    version: system('/version', async () => ({ version, node: process.version })),
    metrics: system('/metrics', async ({ services }, { request }) => {
      if (!mayReadMetrics(request, metricsToken, services.config)) throw notFound('endpoint')
      return new FileResponse(await metrics.render(), { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    }),
    openapi: system(
      '/api/openapi.json',
      async () => new FileResponse(render().json, { 'content-type': 'application/json; charset=utf-8' }),
    ),
    // A WebSocket's handshake does not come by here.
    socket: system('/ws', async () => {
      throw new AppError(
        426,
        'upgrade_required',
        'This address takes WebSocket connections only: new WebSocket(…/ws).',
        {
          headers: { upgrade: 'websocket', connection: 'upgrade' },
        },
      )
    }),
    docs: system('/docs', async () => render().page),
  }
  if (!assets.has('/index.html')) {
    return { tag: 'System', routes: { ...routes, home: system('/', async () => homePage(version)) } }
  }
  const reserved = reservedSegments([...apiPaths, ...Object.values(routes).map(({ path }) => path)])
  const asset: Route['handler'] = (_ctx, { request: { params, headers } }) =>
    sendAsset(assets, { path: `/${(params as { '*'?: string })['*'] ?? ''}`, headers, reserved })
  return { tag: 'System', routes: { ...routes, home: system('/', asset), asset: system('/*', asset) } }
}

/** First segments below which the console has no pages: those of operations and files, and `rest`, a data API's in other products. */
const reservedSegments = (paths: string[]): ReadonlySet<string> =>
  new Set(['assets', 'widget', 'rest', ...paths.map((path) => path.split('/')[1] ?? '').filter(Boolean)])

/** A monitor asks every few seconds and needs a quick response even while the database hangs. */
const databaseAnswersWithinMs = 1_500

/** Throws 503 when the database does not answer in time. One question is on its way at a time, however many ask. */
function createProbe(): (services: Services) => Promise<void> {
  let underWay: Promise<unknown> | undefined
  return async (services) => {
    underWay ??= serverContext(services, { workspaceId: null })
      .db.one(ping, {})
      .finally(() => (underWay = undefined))
    const late = new AbortController()
    const tooLate = delay(databaseAnswersWithinMs, undefined, { signal: late.signal }).then(() => {
      throw unavailable('The database does not respond at the moment.', 5)
    })
    try {
      await Promise.race([underWay, tooLate])
    } finally {
      tooLate.catch(() => undefined) // it lost the race
      underWay?.catch(() => undefined) // the next request handles it
      late.abort()
    }
  }
}

/** With the token from anywhere; without one configured only from this machine itself, and not through a proxy on it. */
function mayReadMetrics(request: FastifyRequest, token: string | null, { trustProxy }: Pick<Config, 'trustProxy'>) {
  if (token === null) {
    const isLocal = /^(127\.|::1$|::ffff:127\.)/.test(request.socket.remoteAddress ?? '')
    return isLocal && trustProxy === false && !Object.keys(request.headers).some(isOfProxy)
  }
  const given = Buffer.from(request.headers.authorization ?? '')
  const expected = Buffer.from(`Bearer ${token}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const isOfProxy = (header: string) => /^(forwarded|via|x-real-ip|x-forwarded-.*|x-original-.*)$/.test(header)
