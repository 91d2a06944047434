import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'

export function addKeys(program: Command, env: Environment): void {
  const keys = program.command('keys').description('List the keys that the database was used with.')
  keys
    .command('accept')
    .description(
      'Use the keys of this node from now on, when those that the database was used with are lost: passwords and tokens that were sealed with them must be entered again, and all users sign in again.',
    )
    .action(async () => {
      const [{ readConfig }, { openDatabase }, { migrate }, { acceptKeys }, { createLog }] = await Promise.all([
        import('../config.ts'),
        import('../platform/database/open.ts'),
        import('../platform/database/migrate.ts'),
        import('../platform/crypto/installation-keys.ts'),
        import('../platform/log.ts'),
      ])
      const config = readConfig(env)
      const database = await openDatabase(config, createLog('warn'))
      try {
        await migrate(database.pool)
        await acceptKeys(database.pool, config)
      } finally {
        await database.close()
      }
      console.log('The keys of this node are those of the installation from now on. Other nodes need them too.')
    })
}
