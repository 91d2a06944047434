import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'

export function addDemo(program: Command, env: Environment): void {
  program
    .command('demo')
    .description(
      'Call 50 people on this machine: a telephone company made of our own engine plays them, a fresh server calls them over real SIP and RTP. Takes half a minute and leaves nothing behind.',
    )
    .option('--json', 'print the counts as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { runDemo } = await import('./demo/run-demo.ts')
      if (!(await runDemo(env, { json }))) process.exitCode = 1
    })
}
