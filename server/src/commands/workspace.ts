import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'
import { printRows } from './terminal.ts'
import { operate } from './operate.ts'
import { createWorkspace, listWorkspaces } from './operations.ts'

export function addWorkspace(program: Command, env: Environment): void {
  const workspace = program.command('workspace').description('Create and list workspaces.')

  workspace
    .command('create <name>')
    .description('Create a workspace for a user, who owns it.')
    .requiredOption('--owner <email>', 'whose it is')
    .option('--json', 'print the id as JSON')
    .action(async (name: string, { owner, json }: { owner: string; json?: boolean }) => {
      const id = await operate(env, createWorkspace, { name, ownerEmail: owner })
      console.log(json ? JSON.stringify({ id }) : `The workspace "${name}" has been made (${id}).`)
    })

  workspace
    .command('list')
    .description('List the newest 1,000 workspaces.')
    .option('--json', 'print JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const workspaces = await operate(env, listWorkspaces, {})
      printRows(
        workspaces.map((row) => ({ ...row })),
        { json, none: 'There are no workspaces yet.' },
      )
    })
}
