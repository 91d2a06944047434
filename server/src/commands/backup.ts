import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'

export function addBackup(program: Command, env: Environment): void {
  program
    .command('backup <file>')
    .description(
      'Write the embedded database, the files and the keys into one archive (.tar.zst), also while the server runs.',
    )
    .option('--force', 'replace a file that is there already')
    .action(async (file: string, { force = false }: { force?: boolean }) => {
      const [{ readConfig }, { backUp }, { onlyEmbedded }] = await Promise.all([
        import('../config.ts'),
        import('./backup/back-up.ts'),
        import('./backup/contents.ts'),
      ])
      const config = readConfig(env)
      onlyEmbedded(config)
      const { database_at, keys, sizeBytes } = await backUp(config, file, { force })
      console.log(
        `The file ${file} holds the database as of ${database_at} and the files (${Math.ceil(sizeBytes / 1024)} KiB).`,
      )
      console.log(
        keys.includes('encryption')
          ? 'It contains the encryption keys: keep it as safe as the server.'
          : 'It holds no encryption keys, as they are in ENCRYPTION_KEYS: keep those too, apart from it.',
      )
    })
}
