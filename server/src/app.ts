import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'
import { createAuthenticate, identityRoutes } from './modules/identity/index.ts'
import { loadKeys } from './platform/crypto/key-files.ts'
import { createSecrets } from './platform/crypto/secrets.ts'
import { migrate } from './platform/database/migrate.ts'
import { type OpenDatabase, openDatabase } from './platform/database/open.ts'
import type { RouteTable } from './platform/http/route.ts'
import { createHttp } from './platform/http/server.ts'
import type { Log } from './platform/log.ts'
import type { Services } from './platform/services.ts'

/** Every endpoint there is. */
export const routeTables: RouteTable[] = [identityRoutes]

export interface App {
  readonly services: Services
  readonly http: FastifyInstance
  /** Answers the address it listens at. */
  listen(): Promise<string>
  close(): Promise<void>
}

export interface AppOptions {
  config: Config
  log: Log
  /** Already opened, for tests; closed with the app all the same. */
  database?: OpenDatabase
}

/** The composition root: the only place that knows every module. */
export async function createApp({ config, log, database }: AppOptions): Promise<App> {
  const connections = database ?? (await openDatabase(config, log))
  await migrate(connections.pool, (name) => log.info({ migration: name }, 'Migrated.'))
  const services = {
    config,
    log,
    now: () => new Date(),
    connections,
    secrets: createSecrets(loadKeys(config.encryptionKeys, config.dataDir, 'encryption', 'ENCRYPTION_KEYS')),
  } as unknown as Services
  const http = await createHttp({ services, tables: routeTables, authenticate: createAuthenticate(services) })
  return {
    services,
    http,
    async listen() {
      await http.listen({ host: config.host, port: config.port })
      const { port } = http.server.address() as AddressInfo
      return `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
    },
    async close() {
      await http.close()
      await connections.close()
    },
  }
}
