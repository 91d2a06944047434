import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'

export function addRestore(program: Command, env: Environment): void {
  program
    .command('restore <file>')
    .description('Put back what `backup` wrote. DATA_DIR must be empty, so that nothing is overwritten.')
    .action(async (file: string) => {
      const [{ readConfig }, { restore }] = await Promise.all([
        import('../config.ts'),
        import('./backup/archive-data.ts'),
      ])
      const config = readConfig(env)
      await restore(config, file)
      console.log(`${config.dataDir} is as it was when ${file} was written. Start the server with: npm start`)
    })
}
