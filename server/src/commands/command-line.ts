import { Command } from 'commander'
import { version } from '../config.ts'
import type { Environment } from '../config/values.ts'
import { addBackup } from './backup.ts'
import { addDemo } from './demo.ts'
import { addDoctor } from './doctor.ts'
import { addExport } from './export.ts'
import { addImport } from './import.ts'
import { addKeys } from './keys.ts'
import { addMail } from './mail.ts'
import { addMigrate } from './migrate.ts'
import { addOpenapi } from './openapi.ts'
import { addRecover } from './recover.ts'
import { addRestore } from './restore.ts'
import { sentenceOf } from './sentence.ts'
import { addStart } from './start.ts'
import { addUser } from './user.ts'
import { addWorker } from './worker.ts'
import { addWorkspace } from './workspace.ts'

const after = `
Everything is configured by environment variables (or a file .env): see the table in README.md.
Start with:  npm start        then, in another terminal:  npm run demo`

/** Runs the command in `argv`. An error is one sentence on stderr and exit code 1. */
export async function runCommandLine(argv: string[], env: Environment): Promise<void> {
  const program = new Command('switchboard')
    .description('The backend for everything a business says to its customers.')
    .version(version)
    .addHelpText('after', after)
    .showHelpAfterError('(add --help to see what there is)')
  for (const add of commands) add(program, env)
  try {
    await program.parseAsync(argv)
  } catch (error) {
    console.error(sentenceOf(error))
    if (/^(debug|trace)$/.test(env.LOG_LEVEL ?? '')) console.error(error)
    process.exitCode = 1
  }
}

const commands = [
  addStart,
  addWorker,
  addMigrate,
  addDoctor,
  addDemo,
  addUser,
  addWorkspace,
  addMail,
  addImport,
  addExport,
  addBackup,
  addRestore,
  addRecover,
  addKeys,
  addOpenapi,
]
