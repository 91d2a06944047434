import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'
import { printRows } from './terminal.ts'
import { operate } from './operate.ts'
import { findMail, listMails } from './operations.ts'

export function addMail(program: Command, env: Environment): void {
  const mail = program
    .command('mail')
    .description('Mails and SMS to users. Without SMTP_URL and SMS_URL they are stored here instead of sent.')

  mail
    .command('list')
    .description('List the newest 1,000.')
    .option('--json', 'print JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const messages = await operate(env, listMails, {})
      printRows(
        messages.map((row) => ({ ...row })),
        { json, none: 'Nothing has been sent yet.' },
      )
    })

  mail
    .command('show <id>')
    .description('Show one with its text, which is deleted once it is sent.')
    .action(async (id: string) => {
      const found = /^[0-9a-f-]{36}$/i.test(id) ? await operate(env, findMail, { id }) : null
      if (!found) throw new Error(`There is no message ${id}. See: switchboard mail list`)
      const { recipient, subject, status, error, text } = found
      console.log(`To: ${recipient}`)
      if (subject) console.log(`Subject: ${subject}`)
      console.log(`Status: ${status}${error ? ` (${error})` : ''}\n`)
      console.log(text ?? 'Its text has been deleted.')
    })
}
