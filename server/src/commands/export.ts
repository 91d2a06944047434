import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'
import { toCsvLine } from '../platform/csv.ts'
import { type Operate, operate, withOperations } from './operate.ts'
import { listContacts, reportCampaign } from './operations.ts'

interface Options {
  workspace: string
  list?: string
  out?: string
}

export function addExport(program: Command, env: Environment): void {
  const command = program.command('export').description('Write contacts or the report of a campaign as CSV.')

  command
    .command('contacts')
    .description('Write every contact of a workspace, newest first; `import` reads the file.')
    .requiredOption('--workspace <id>', 'whose (see: workspace list)')
    .option('--list <id>', 'only those on this contact list')
    .option('--out <file>', 'write to a file instead of stdout')
    .action((options: Options) =>
      withOperations(env, (operate) => write(Readable.from(contactLines(operate, options)), options.out)),
    )

  command
    .command('campaign <id>')
    .description('Write the outcome of the call to each contact of a campaign.')
    .requiredOption('--workspace <id>', 'whose (see: workspace list)')
    .option('--out <file>', 'write to a file instead of stdout')
    .action(async (id: string, { workspace, out }: Options) =>
      write(Readable.from([await operate(env, reportCampaign, { workspace, id })]), out),
    )
}

const columns = ['first_name', 'last_name', 'phone_number', 'email', 'notes', 'time_zone', 'tags'] as const

async function* contactLines(operate: Operate, { workspace, list }: Options): AsyncGenerator<string> {
  yield toCsvLine([...columns])
  let cursor: string | undefined
  do {
    const page = await operate(listContacts, { workspace, list, cursor })
    yield page.data
      .map((contact) =>
        toCsvLine(columns.map((column) => (column === 'tags' ? contact.tags.join('; ') : contact[column]))),
      )
      .join('')
    cursor = page.next_cursor ?? undefined
  } while (cursor)
}

/** stdout stays open for the next writer. */
const write = (content: Readable, out: string | undefined): Promise<void> =>
  out === undefined ? pipeline(content, process.stdout, { end: false }) : pipeline(content, createWriteStream(out))
