import type { Command } from 'commander'
import type { Config } from '../config.ts'
import type { Environment } from '../config/values.ts'

export function addStart(program: Command, env: Environment): void {
  program
    .command('start')
    .description('Run the server: API, live socket, background work and telephone calls.')
    .action(async () => {
      const [{ runUntilSignal }, { misspelt, readConfig, version }] = await Promise.all([
        import('./run-node.ts'),
        import('../config.ts'),
      ])
      const config = readConfig(env)
      for (const sentence of misspelt(env)) console.error(sentence)
      await runUntilSignal(config, { http: true }, (url) => {
        console.log(`Switchboard ${version} listens at ${url}`)
        console.log(
          `Next: open ${url}/docs, which begins with signing up, or see a campaign of 50 calls on this machine: npm run demo`,
        )
        console.log(`Data: ${whereDataLies(config)}. To stop: Ctrl+C`)
      })
    })
}

export function whereDataLies({ dataDir, database }: Pick<Config, 'dataDir' | 'database'>): string {
  if (!database.url) return `${dataDir} (embedded database, files and keys)`
  const { host, pathname } = new URL(database.url)
  return `PostgreSQL at ${host || 'the local socket'}${pathname}; files and keys in ${dataDir}`
}
