import { access } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'
import type { Ctx } from '../platform/context.ts'
import { progressBar } from './terminal.ts'
import { withServices } from './with-app.ts'
import { workspaceContext } from './workspace-context.ts'

interface Options {
  workspace: string
  list?: string
  mapping?: string
  json?: boolean
}

export function addImport(program: Command, env: Environment): void {
  program
    .command('import <file.csv>')
    .description(
      "Import contacts from a CSV into a contact list. Headers with a field's name are mapped automatically: first_name, last_name, phone_number, email, notes, time_zone.",
    )
    .requiredOption('--workspace <id>', 'workspace to import into (see: workspace list)')
    .option(
      '--list <name or id>',
      "contact list to add them to, created when it does not exist (default: the file's name)",
    )
    .option('--mapping <json>', 'mapping of columns with other headers: {"Tel. 2": "phone_number"}')
    .option('--json', 'print the result as JSON')
    .action(async (file: string, options: Options) => {
      await access(file)
      const result = await withServices(env, (services) => importContacts(services, file, options), {
        background: true,
      })
      const { created, merged, failed, error, status } = result
      if (options.json) console.log(JSON.stringify(result))
      else
        console.log(
          `${created} contacts are new, ${merged} were known, ${failed} rows were refused.${error ? ` ${error}` : ''}`,
        )
      if (status === 'failed' || failed > 0) process.exitCode = 1
    })
}

async function importContacts(services: Ctx['services'], file: string, { workspace, list, mapping }: Options) {
  const { getImport, importErrorFile, importFile } = await import('../modules/contacts/index.ts')
  const ctx = await workspaceContext(services, workspace)
  const listId = await findOrMakeList(ctx, list ?? path.parse(file).name)
  let state = await importFile(ctx, listId, { path: file, ...(mapping !== undefined && { mapping }) })
  const bar = progressBar('Importing', state.total)
  while (state.status === 'pending' || state.status === 'running') {
    await delay(100)
    state = await getImport(ctx, state.id)
    bar.update(state.done, `${state.done} of ${state.total}`)
  }
  bar.end()
  if (state.failed > 0) await pipeTo(process.stderr, await importErrorFile(ctx, state.id))
  return { ...state, contact_list_id: listId }
}

async function findOrMakeList(ctx: Ctx, nameOrId: string): Promise<string> {
  const { createContactList, listContactLists } = await import('../modules/contacts/index.ts')
  const known = await listContactLists(ctx, {}, null)
  const found = known.find(({ id, name }) => id === nameOrId || name === nameOrId)
  return (found ?? (await createContactList(ctx, { name: nameOrId }))).id
}

async function pipeTo(out: NodeJS.WriteStream, content: AsyncIterable<Buffer | string>): Promise<void> {
  for await (const chunk of content) out.write(chunk)
}
