import { statSync } from 'node:fs'
import type { App } from '../app.ts'
import { type Config, readConfig } from '../config.ts'
import type { Environment } from '../config/values.ts'
import type { Services } from '../platform/services.ts'

/**
 * Runs `work` on the server's services without serving requests. With the embedded database no server may be running, which
 * the error says. With `background` jobs are done here too.
 */
export async function withServices<T>(
  env: Environment,
  work: (services: Services, config: Config) => Promise<T>,
  { background = false } = {},
): Promise<T> {
  const config = readConfig(env)
  refuseForeignData(config.dataDir)
  const [{ createApp }, { createLog }] = await Promise.all([import('../app.ts'), import('../platform/log.ts')])
  const log = createLog(env.LOG_LEVEL ? config.logLevel : 'warn', undefined, config.logFormat)
  const app: App = await createApp({ config, log, http: false })
  try {
    if (background) await app.work()
    return await work(app.services, config)
  } finally {
    await app.close()
    log.flush()
  }
}

/** The server could not read files that root has written there. */
function refuseForeignData(dataDir: string): void {
  const owner = statSync(dataDir, { throwIfNoEntry: false })?.uid
  if (process.getuid?.() === 0 && owner !== undefined && owner !== 0)
    throw new Error(`${dataDir} belongs to another user (uid ${owner}). Run this as that user: sudo -u '#${owner}' …`)
}
