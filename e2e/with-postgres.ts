import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Account, accountOf } from './account.ts'
import { startChild, untilReady } from './child.ts'
import { freePort } from './ports.ts'

const debianRoot = '/usr/lib/postgresql'
const owner = 'switchboard'

export interface Postgres {
  /** A database owned by a role that is not a superuser but may create databases, roles and trusted extensions. */
  url: string
  /** Ends the server and removes its data. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts a private PostgreSQL cluster on a free loopback port, in a temporary folder, without a password. As root it runs
 * under the `postgres` account, since PostgreSQL refuses root. `POSTGRES_FSYNC=off` trades crash safety for speed.
 */
export async function startPostgres(): Promise<Postgres> {
  const bin = findBinaries()
  const account = process.getuid?.() === 0 ? accountOf('postgres') : undefined
  const folder = await mkdtemp(join(tmpdir(), 'postgres-'))
  try {
    if (account) chownSync(folder, account.uid, account.gid)
    return await startCluster(bin, folder, account)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function startCluster(bin: string, folder: string, account: Account | undefined): Promise<Postgres> {
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(bin, program), args, { ...account, cwd: folder, stdio: 'pipe' })
  const data = join(folder, 'data')
  run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync')

  const port = await freePort()
  const logPath = join(folder, 'postgres.log')
  const child = await startChild({
    command: join(bin, 'postgres'),
    args: serverArgs(data, folder, port),
    cwd: folder,
    logPath,
    ...account,
  })
  // PostgreSQL writes its state into line 8 of the pid file (storage/pidfile.h), as pg_ctl reads it.
  await untilReady(child, logPath, async () =>
    (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).includes('ready'),
  )

  const psql = (sql: string) =>
    run('psql', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-v', 'ON_ERROR_STOP=1', '-qc', sql)
  psql(`create role ${owner} login createdb createrole`)
  psql(`create database ${owner} owner ${owner}`)
  return {
    url: `postgresql://${owner}@127.0.0.1:${port}/${owner}`,
    async stop() {
      await child.stop('SIGINT') // fast shutdown: PostgreSQL closes the sessions itself
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function serverArgs(data: string, socketFolder: string, port: number): string[] {
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socketFolder,
    max_connections: '200',
    timezone: 'UTC',
    ...(process.env.POSTGRES_FSYNC === 'off' && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

function findBinaries(): string {
  const versions = readdirSync(debianRoot).map(Number).filter(Number.isFinite)
  if (versions.length === 0) throw new Error(`No PostgreSQL in ${debianRoot}: install Debian's package postgresql-15.`)
  return join(debianRoot, String(Math.max(...versions)), 'bin')
}

/** Runs the command with `DATABASE_URL` and `TEST_DATABASE_URL` pointing at the cluster. Returns its exit code. */
async function runWithPostgres(command: string, args: string[]): Promise<number> {
  const postgres = await startPostgres()
  try {
    const env = { ...process.env, DATABASE_URL: postgres.url, TEST_DATABASE_URL: postgres.url }
    const child = spawn(command, args, { env, stdio: 'inherit' })
    // A terminal sends Ctrl-C to the command too. The cluster is removed after the command has ended.
    process.on('SIGINT', () => undefined)
    process.on('SIGTERM', () => child.kill('SIGTERM'))
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    return code ?? 128 + constants.signals[signal!]
  } finally {
    await postgres.stop()
  }
}

if (import.meta.main) {
  const [command, ...args] = process.argv.slice(2)
  if (!command) {
    console.error('usage: node e2e/with-postgres.ts <command> [argument…]')
    process.exit(2)
  }
  process.exit(await runWithPostgres(command, args))
}
