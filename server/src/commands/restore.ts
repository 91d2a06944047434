import { existsSync, rmdirSync } from 'node:fs'
import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'

export function addRestore(program: Command, env: Environment): void {
  program
    .command('restore <file>')
    .description('Restore an archive written by `backup`. DATA_DIR must be empty.')
    .action(async (file: string) => {
      const isNew = !existsSync(env.DATA_DIR || './data')
      const [{ readConfig }, { putBack }, { onlyEmbedded }] = await Promise.all([
        import('../config.ts'),
        import('./backup/put-back.ts'),
        import('./backup/contents.ts'),
      ])
      const config = readConfig(env)
      try {
        onlyEmbedded(config)
        const contents = await putBack(config, file)
        console.log(
          contents
            ? `${config.dataDir} holds the database of ${contents.database_at}, and the files of ${contents.files_at}.`
            : `${config.dataDir} holds what was in ${file}. It is an old archive without a checksum, so it cannot be verified.`,
        )
        if (!existsSync(`${config.dataDir}/keys/encryption`) && !config.encryptionKeys)
          console.log(
            'There are no keys in the archive: set ENCRYPTION_KEYS and JWT_KEYS to those that the server had. Without them it does not start.',
          )
        console.log('Start the server with: npm start')
      } catch (error) {
        if (isNew) rmdirSync(config.dataDir)
        throw error
      }
    })
}
