import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'

export function addRecover(program: Command, env: Environment): void {
  program
    .command('recover')
    .description(
      'Replace an embedded database that does not open with its newest snapshot. Later changes are lost; the broken database is kept.',
    )
    .action(async () => {
      const [{ readConfig }, { createLog }, { recoverEmbeddedDatabase }] = await Promise.all([
        import('../config.ts'),
        import('../platform/log.ts'),
        import('../platform/database/embedded/recover.ts'),
      ])
      const { dataDir, database } = readConfig(env)
      if (database.url)
        throw new Error('The data is in PostgreSQL (DATABASE_URL): recover it with its own tools, from its backup.')
      const { snapshot, brokenDir } = await recoverEmbeddedDatabase({ dataDir, log: createLog('warn') })
      console.log(
        `The database is as it was in ${snapshot}.${brokenDir ? ` The broken one was kept at ${brokenDir}.` : ''}`,
      )
    })
}
