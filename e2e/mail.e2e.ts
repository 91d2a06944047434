import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient } from '../server/test/client.ts'
import { testOnPostgres } from './databases.ts'
import { type DeliveredMail, type Exim, startExim } from './peers/exim.ts'
import { withScratch } from './scratch.ts'
import { type Switchboard, startSwitchboard } from './switchboard.ts'
import { until } from '../server/test/until.ts'

// Mails as they arrive: the server sends through Exim, and the tests use the mails in the mailbox.

const fixture = (name: string) => fileURLToPath(new URL(`../voice/src/sip/transport/fixtures/${name}`, import.meta.url))
const tls = { keyPath: fixture('server.key'), certificatePath: fixture('server.crt') }
const main = fileURLToPath(new URL('../server/src/main.js', import.meta.url))
const from = 'Wählscheibe <no-reply@example.com>'
const password = 'correct horse battery'

const clientOf = ({ url }: Switchboard, token?: string) =>
  createClient(url, token ? { authorization: `Bearer ${token}` } : {})

/** Signs up a user with this address. */
async function signUp(server: Switchboard, email: string) {
  const { status, body } = await clientOf(server).post('/api/auth/register', { email, password, name: 'Zoë Łęcka' })
  assert.equal(status, 201)
  return Object.assign(clientOf(server, body.token), { workspaceId: body.user.workspace.id as string })
}
type Person = Awaited<ReturnType<typeof signUp>>

const askForCode = async (person: Person) =>
  assert.equal((await person.post('/api/users/verify', { type: 'email' })).status, 200)

async function useCode(person: Person, { text }: DeliveredMail) {
  const code = /\b\d{6}\b/.exec(text)?.[0]
  const { status, body } = await person.post('/api/users/verify', { type: 'email', code })
  assert.deepEqual([status, body.email_verified], [200, true])
}

/** Asserts the header fields that mail programs require: RFC 5322 3.6, RFC 2047, RFC 3834. */
function assertWellFormed({ headers }: DeliveredMail, to: string) {
  assert.equal(headers.from, '=?UTF-8?Q?W=C3=A4hlscheibe?= <no-reply@example.com>')
  assert.equal(headers.to, to)
  assert.match(headers['message-id'] ?? '', /^<[0-9a-f-]{36}@example\.com>$/)
  const age = Date.now() - Date.parse(headers.date ?? '')
  assert.ok(age > -60_000 && age < 600_000, headers.date)
  assert.match(headers['content-type'] ?? '', /^text\/plain; charset=utf-8/)
  assert.equal(headers['mime-version'], '1.0')
  assert.equal(headers['auto-submitted'], 'auto-generated')
}

/** Uses a code, a link for a forgotten password and an invitation, each from its mail. */
async function useEveryMail(server: Switchboard, exim: Exim) {
  const ana = await signUp(server, 'ana@example.com')
  await askForCode(ana)
  const code = await exim.mailTo('ana@example.com')
  assertWellFormed(code, 'ana@example.com')
  assert.equal(code.headers.subject, 'Your code')
  await useCode(ana, code)

  assert.equal((await clientOf(server).post('/api/auth/forgot-password', { email: 'ana@example.com' })).status, 200)
  const reset = await exim.mailTo('ana@example.com', 2)
  assertWellFormed(reset, 'ana@example.com')
  const token = /[?&]token=([\w-]+)/.exec(reset.text)?.[1]
  const chosen = { token, password: 'another horse battery' }
  assert.equal((await clientOf(server).post('/api/auth/reset-password', chosen)).status, 200)
  const { body: again } = await clientOf(server).post('/api/auth/login', {
    email: 'ana@example.com',
    password: chosen.password,
  })

  const invitations = `/api/workspaces/${ana.workspaceId}/invitations`
  const owner = clientOf(server, again.token)
  assert.equal((await owner.post(invitations, { email: 'ben@example.com', role: 'agent' })).status, 201)
  const invitation = await exim.mailTo('ben@example.com')
  assertWellFormed(invitation, 'ben@example.com')
  assert.equal(decodeWords(invitation.headers.subject), "Zoë Łęcka invites you to Zoë Łęcka's workspace")
  const joined = await clientOf(server).post('/api/auth/register', {
    email: 'ben@example.com',
    password,
    invitation_token: /#(sbi_[\w-]+)/.exec(invitation.text)?.[1],
  })
  assert.equal(joined.body.user.workspace.id, ana.workspaceId)
  return [code, reset, invitation]
}

/** RFC 2047, as far as nodemailer writes it in UTF-8. */
const decodeWords = (text = '') =>
  text
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?UTF-8\?([QB])\?(.*?)\?=/gi, (_, form: string, word: string) =>
      form.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString('latin1')
        : word
            .replace(/_/g, ' ')
            .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    )
    .replace(/[\u0080-\u00ff]+/g, (bytes) => Buffer.from(bytes, 'latin1').toString('utf8'))

/** Returns the mails of `switchboard mail list`. */
async function listMails(folder: string, databaseUrl: string) {
  const env = { ...process.env, DATA_DIR: `${folder}/data`, DATABASE_URL: databaseUrl }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, 'mail', 'list', '--json'],
    { env },
  )
  return JSON.parse(stdout) as { recipient: string; status: string; error: string | null }[]
}

test('codes, links and invitations arrive, without encryption or login on this machine', () =>
  withScratch('mail', async (folder) => {
    await using exim = await startExim({ folder })
    const settings = { SMTP_URL: `smtp://127.0.0.1:${exim.port}`, MAIL_FROM: from }
    await using server = await startSwitchboard({ folder, databaseUrl: null, settings })
    for (const { received } of await useEveryMail(server, exim)) assert.match(received, / with esmtp /)
  }))

test('codes, links and invitations arrive by STARTTLS with a login', () =>
  withScratch('mail-tls', async (folder) => {
    await using exim = await startExim({ folder, tls })
    const { user, password } = exim.login
    const settings = {
      SMTP_URL: `smtp://${user}:${password}@localhost:${exim.port}`,
      MAIL_FROM: from,
      NODE_EXTRA_CA_CERTS: fixture('ca.crt'),
    }
    await using server = await startSwitchboard({ folder, databaseUrl: null, settings })
    // ESMTP with TLS and authentication (RFC 3848).
    for (const { received } of await useEveryMail(server, exim)) assert.match(received, / with esmtpsa /)
  }))

testOnPostgres(
  'a failed delivery is retried or visible to the operator, and is never an error for the user',
  (databaseUrl) =>
    withScratch('mail-faults', async (folder) => {
      await using exim = await startExim({ folder })
      const settings = { SMTP_URL: `smtp://127.0.0.1:${exim.port}`, MAIL_FROM: from }
      await using server = await startSwitchboard({ folder, databaseUrl, settings })
      const seen = async (recipient: string) =>
        (await listMails(folder, databaseUrl)).find((message) => message.recipient === recipient)

      // A permanent refusal is not retried, and the operator sees the mail server's reply.
      await askForCode(await signUp(server, 'unknown@example.com'))
      await until('the refusal is seen', async () => (await seen('unknown@example.com'))?.status === 'failed', 60_000)
      assert.match((await seen('unknown@example.com'))?.error ?? '', /550.*No such user here/)

      // A temporary refusal is retried, and the code arrives later.
      const grey = await signUp(server, 'grey@example.com')
      await askForCode(grey)
      await useCode(grey, await exim.mailTo('grey@example.com'))

      // The mail server is down: the user sees no error, and the code arrives when it is up again.
      await exim.stop()
      const cara = await signUp(server, 'cara@example.com')
      await askForCode(cara)
      await until('it was tried', async () => (await seen('cara@example.com'))?.error != null, 60_000)
      const waiting = await seen('cara@example.com')
      assert.equal(waiting?.status, 'queued')
      assert.match(waiting?.error ?? '', /ECONNREFUSED/)
      // A restart of the server does not lose the mail.
      await server.stop()
      await exim.start()
      await server.start()
      await useCode(cara, await exim.mailTo('cara@example.com'))
      assert.equal((await exim.mailsTo('cara@example.com')).length, 1)
      await until('it is known to be sent', async () => (await seen('cara@example.com'))?.status === 'sent')
    }),
)

testOnPostgres('a mail server without a valid certificate gets neither password nor mail', (databaseUrl) =>
  withScratch('mail-impostor', async (folder) => {
    await using exim = await startExim({ folder, tls })
    const { user, password } = exim.login
    const settings = { SMTP_URL: `smtp://${user}:${password}@localhost:${exim.port}`, MAIL_FROM: from }
    await using server = await startSwitchboard({ folder, databaseUrl, settings })
    await askForCode(await signUp(server, 'dan@example.com'))
    const seen = async () => (await listMails(folder, databaseUrl))[0]
    await until('it was tried', async () => (await seen())?.error != null, 60_000)
    assert.match((await seen())?.error ?? '', /certificate/)
    assert.deepEqual(await exim.mailsTo('dan@example.com'), [])
  }),
)
