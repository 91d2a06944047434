import { chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { startChild, untilReady } from '../child.ts'
import type { Child } from '../child.ts'
import { freePort } from '../ports.ts'
import { until } from '../../server/test/until.ts'
import { accountOf } from '../account.ts'

export interface EximOptions {
  folder: string
  /** Offers STARTTLS with this certificate, and lets only `switchboard` with the password `s3cret` send. */
  tls?: { keyPath: string; certificatePath: string }
}

/** A mail in the mailbox. */
export interface DeliveredMail {
  /** Lower-case names; folded lines are one, encoded words (RFC 2047) are as they were sent. */
  headers: Record<string, string>
  /** Decoded by its transfer encoding. */
  text: string
  /** How the mail server received it: the beginning of its own `Received` field. */
  received: string
}

/**
 * Exim as the mail server of example.com. It relays nothing. `unknown@…` is
 * refused with 550; `grey@…` with 451 once for each address, like greylisting.
 */
export interface Exim extends AsyncDisposable {
  readonly port: number
  readonly login: { user: string; password: string }
  /** Returns the mails delivered to this address so far, in order of arrival. */
  mailsTo(address: string): Promise<DeliveredMail[]>
  /** Waits for the n-th mail to this address. */
  mailTo(address: string, n?: number): Promise<DeliveredMail>
  start(): Promise<void>
  stop(): Promise<void>
}

const host = '127.0.0.1'
const account = 'Debian-exim'

export async function startExim({ folder, tls }: EximOptions): Promise<Exim> {
  const port = await freePort()
  const home = join(folder, 'exim')
  const configPath = join(home, 'exim.conf')
  const logPath = join(home, 'exim.log')
  const mailbox = join(home, 'mailbox')
  const { uid, gid } = accountOf(account)
  for (const directory of [home, mailbox, join(home, 'spool'), join(home, 'log')]) {
    await mkdir(directory, { recursive: true })
    await chown(directory, uid, gid)
  }
  const ownTls = tls && {
    keyPath: await copyFor(uid, gid, tls.keyPath, join(home, 'server.key')),
    certificatePath: await copyFor(uid, gid, tls.certificatePath, join(home, 'server.crt')),
  }
  await writeFile(configPath, configuration({ home, mailbox, port, tls: ownTls }), { mode: 0o644 })

  let child: Child
  const start = async () => {
    child = await startChild({ command: '/usr/sbin/exim4', args: ['-C', configPath, '-bdf'], cwd: home, logPath })
    await untilReady(child, logPath, () => greets(port))
  }
  const stop = () => child.stop()
  const mailsTo = async (address: string) => {
    const files = (await readdir(join(mailbox, 'new'))).toSorted()
    const mails = await Promise.all(
      files.map(async (name) => parse(await readFile(join(mailbox, 'new', name), 'utf8'))),
    )
    return mails.filter(({ headers }) => headers['envelope-to'] === address)
  }
  await mkdir(join(mailbox, 'new'), { recursive: true })
  for (const name of ['new', 'tmp', 'cur']) {
    await mkdir(join(mailbox, name), { recursive: true })
    await chown(join(mailbox, name), uid, gid)
  }
  await start()
  return {
    port,
    login: { user: 'switchboard', password: 's3cret' },
    mailsTo,
    async mailTo(address, n = 1) {
      await until(`mail ${n} to ${address} is there`, async () => (await mailsTo(address)).length >= n, 60_000)
      return (await mailsTo(address))[n - 1]!
    },
    start,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function copyFor(uid: number, gid: number, from: string, to: string): Promise<string> {
  await writeFile(to, await readFile(from), { mode: 0o600 })
  await chown(to, uid, gid)
  return to
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    const end = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket.once('data', (data) => end(data.toString().startsWith('220 ')))
    socket.once('error', () => end(false))
    socket.setTimeout(1000, () => end(false))
  })
}

function parse(source: string): DeliveredMail {
  const end = source.indexOf('\n\n')
  const lines = source
    .slice(0, end)
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')
  const pairs = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)])
  const headers = Object.fromEntries(pairs) as Record<string, string>
  return {
    headers,
    text: decode(source.slice(end + 2), headers['content-transfer-encoding']),
    received: headers.received ?? '',
  }
}

function decode(body: string, encoding = '7bit'): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8')
  if (encoding !== 'quoted-printable') return body
  const bytes = body
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

interface Setup {
  home: string
  mailbox: string
  port: number
  tls: EximOptions['tls']
}

const configuration = ({ home, mailbox, port, tls }: Setup) => `
primary_hostname = mail.example.com
exim_user = ${account}
exim_group = ${account}
spool_directory = ${home}/spool
log_file_path = ${home}/log/%slog
pid_file_path = ${home}/spool/exim.pid
local_interfaces = ${host}
daemon_smtp_ports = ${port}
deliver_drop_privilege = true
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
add_environment = PATH=/usr/bin:/bin
acl_smtp_rcpt = recipient
${
  tls
    ? `tls_advertise_hosts = *
tls_certificate = ${tls.certificatePath}
tls_privatekey = ${tls.keyPath}
auth_advertise_hosts = \${if def:tls_in_cipher {*}{}}`
    : `tls_advertise_hosts =
auth_advertise_hosts =`
}

begin acl
recipient:
  deny    domains = !example.com
          message = relay not permitted
${tls ? '  deny    !authenticated = *\n          message = authentication required' : ''}
  deny    local_parts = unknown
          message = No such user here
  defer   local_parts = grey
          !condition = \${if exists{${home}/spool/greylisted}}
          message = \${run{/usr/bin/touch ${home}/spool/greylisted}{Greylisted, try again}}
  accept

begin routers
all:
  driver = accept
  transport = mailbox

begin transports
mailbox:
  driver = appendfile
  maildir_format
  directory = ${mailbox}
  create_directory
  envelope_to_add
  user = ${account}

begin retry
* * F,1h,1m

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and {{eq{$auth2}{switchboard}}{eq{$auth3}{s3cret}}}}
  server_set_id = $auth2
`
