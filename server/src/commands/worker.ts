import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'

export function addWorker(program: Command, env: Environment): void {
  program
    .command('worker')
    .description(
      'Run a node without the API: background work and telephone calls. Needs DATABASE_URL, like every node of several.',
    )
    .action(async () => {
      const [{ runUntilSignal }, { readConfig, version }, { whereDataLies }] = await Promise.all([
        import('./run-node.ts'),
        import('../config.ts'),
        import('./start.ts'),
      ])
      const config = readConfig(env)
      if (!config.database.url)
        throw new Error(
          'A worker shares a PostgreSQL with the other nodes: set DATABASE_URL. The embedded database serves one process, "npm start".',
        )
      await runUntilSignal(config, { http: false }, () => {
        console.log(`Switchboard ${version} works in the background. Data: ${whereDataLies(config)}. To stop: Ctrl+C`)
      })
    })
}
