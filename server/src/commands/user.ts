import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'
import { printRows, readPassword } from './terminal.ts'
import { operate } from './operate.ts'
import { createUser, listUsers, makeAdmin, resetTwoFactor, setPassword } from './operations.ts'

export function addUser(program: Command, env: Environment): void {
  const user = program.command('user').description('Create, list and help users.')

  user
    .command('create <email>')
    .description(
      'Create a user with a workspace of their own. The password is asked for, or read from the first line of stdin.',
    )
    .option('--name <name>', "the person's name")
    .option('--admin', 'make them an administrator of the platform')
    .option('--json', 'print the ids as JSON')
    .action(
      async (email: string, { name, admin = false, json }: { name?: string; admin?: boolean; json?: boolean }) => {
        const password = await readPassword()
        const { id, workspaceId } = await operate(env, createUser, { email, password, name, isAdmin: admin })
        if (json) console.log(JSON.stringify({ id, workspace_id: workspaceId }))
        else console.log(`User ${email} has been made (${id}), with the workspace ${workspaceId}.`)
      },
    )

  user
    .command('list')
    .description('List the newest 1,000 users.')
    .option('--json', 'print JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const users = await operate(env, listUsers, {})
      printRows(
        users.map((row) => ({ ...row })),
        { json, none: 'There are no users yet.' },
      )
    })

  user
    .command('password <email>')
    .description(
      "Set a user's password and end all their sessions. It is asked for, or read from the first line of stdin.",
    )
    .action(async (email: string) => {
      const password = await readPassword()
      await operate(env, setPassword, { email, password })
      console.log(`The password of ${email} has been set, and all their sessions have ended.`)
    })

  user
    .command('admin <email>')
    .description('Make a user an administrator of the platform.')
    .option('--revoke', 'take it back')
    .action(async (email: string, { revoke = false }: { revoke?: boolean }) => {
      await operate(env, makeAdmin, { email, isAdmin: !revoke })
      console.log(`${email} is ${revoke ? 'no longer' : 'now'} an administrator of the platform.`)
    })

  user
    .command('two-factor <email>')
    .description('Help a user who lost their second factor.')
    .requiredOption('--reset', 'remove all their second factors and end their sessions')
    .action(async (email: string) => {
      await operate(env, resetTwoFactor, { email })
      console.log(`${email} signs in without a second factor now, and all their sessions have ended.`)
    })
}
