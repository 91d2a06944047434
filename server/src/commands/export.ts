import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'
import type { Ctx } from '../platform/context.ts'
import { toCsvLine } from '../platform/csv.ts'
import { withServices } from './with-app.ts'
import { workspaceContext } from './workspace-context.ts'

interface Options {
  workspace: string
  list?: string
  out?: string
}

export function addExport(program: Command, env: Environment): void {
  const command = program.command('export').description('Write contacts or the report of a campaign as CSV.')

  command
    .command('contacts')
    .description('Every contact of a workspace, newest first; `import` reads the file.')
    .requiredOption('--workspace <id>', 'whose (see: workspace list)')
    .option('--list <id>', 'only those on this contact list')
    .option('--out <file>', 'write to a file instead of stdout')
    .action((options: Options) =>
      withServices(env, async (services) =>
        write(
          Readable.from(contactLines(await workspaceContext(services, options.workspace), options.list)),
          options.out,
        ),
      ),
    )

  command
    .command('campaign <id>')
    .description('How the call to each contact of a campaign went.')
    .requiredOption('--workspace <id>', 'whose (see: workspace list)')
    .option('--out <file>', 'write to a file instead of stdout')
    .action((id: string, options: Options) =>
      withServices(env, async (services) => {
        const { campaignReport } = await import('../modules/campaigns/index.ts')
        const { content } = await campaignReport(await workspaceContext(services, options.workspace), id)
        await write(content instanceof Readable ? content : Readable.from([content]), options.out)
      }),
    )
}

const columns = ['first_name', 'last_name', 'phone_number', 'email', 'notes', 'time_zone', 'tags'] as const
const batchSize = 200

async function* contactLines(ctx: Ctx, contact_list_id: string | undefined): AsyncGenerator<string> {
  const { listContacts } = await import('../modules/contacts/index.ts')
  yield toCsvLine([...columns])
  let cursor: string | null | undefined
  do {
    const page = await listContacts(ctx, {
      limit: batchSize,
      ...(cursor && { cursor }),
      ...(contact_list_id && { contact_list_id }),
    })
    yield page.data
      .map((contact) =>
        toCsvLine(columns.map((column) => (column === 'tags' ? contact.tags.join('; ') : contact[column]))),
      )
      .join('')
    cursor = page.next_cursor
  } while (cursor)
}

/** stdout stays open for whoever writes next. */
const write = (content: Readable, out: string | undefined): Promise<void> =>
  out === undefined ? pipeline(content, process.stdout, { end: false }) : pipeline(content, createWriteStream(out))
