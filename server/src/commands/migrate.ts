import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'

export function addMigrate(program: Command, env: Environment): void {
  program
    .command('migrate')
    .description(
      'Bring the database up to date. `start` does the same; run this first where several nodes are updated.',
    )
    .option('--json', 'print the names of what was applied as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const applied = await migrateDatabase(env, json ? () => {} : (name) => console.log(`Applied ${name}`))
      if (json) console.log(JSON.stringify({ applied }))
      else
        console.log(
          applied.length === 0
            ? 'The database is up to date.'
            : `Applied ${applied.length} migrations. The database is up to date.`,
        )
    })
}

async function migrateDatabase(env: Environment, report: (name: string) => void): Promise<string[]> {
  const [{ readConfig }, { openDatabase }, { migrate }, { createLog }] = await Promise.all([
    import('../config.ts'),
    import('../platform/database/open.ts'),
    import('../platform/database/migrate.ts'),
    import('../platform/log.ts'),
  ])
  const config = readConfig(env)
  const database = await openDatabase(config, createLog('warn'))
  try {
    return await migrate(database.pool, report)
  } finally {
    await database.close()
  }
}
