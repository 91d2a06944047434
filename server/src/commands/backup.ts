import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'

export function addBackup(program: Command, env: Environment): void {
  program
    .command('backup <file>')
    .description(
      'Write the embedded database, the files and the keys into one archive (.tar.zst). While a server runs, the database is its newest snapshot, at most 15 minutes old.',
    )
    .action(async (file: string) => {
      const [{ readConfig }, { backUp }] = await Promise.all([
        import('../config.ts'),
        import('./backup/archive-data.ts'),
      ])
      const { databaseAt, sizeBytes } = await backUp(readConfig(env), file)
      console.log(
        `${file} holds everything as of ${databaseAt} (${Math.ceil(sizeBytes / 1024)} KiB). It contains the encryption keys: keep it as safe as the server.`,
      )
    })
}
