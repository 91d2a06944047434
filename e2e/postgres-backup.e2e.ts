import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Postgres, startPostgres } from './with-postgres.ts'

const main = fileURLToPath(new URL('../server/src/main.js', import.meta.url))
const execute = promisify(execFile)
const ask = async (url: string, sql: string) =>
  (await execute('psql', [url, '-v', 'ON_ERROR_STOP=1', '-Atqc', sql])).stdout.trim()

async function cluster(t: TestContext): Promise<Postgres> {
  const postgres = await startPostgres()
  t.after(() => postgres.stop())
  return postgres
}

async function scratch(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-postgres-backup-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

/** Runs the command line on a database. Its other files are in `folder`. */
function switchboard(url: string, folder: string, args: string[], input = '') {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, ...args],
    {
      cwd: folder,
      input,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'data'), DATABASE_URL: url },
    },
  )
  return { stdout, stderr, status }
}

/** Creates a database of a user who may not create roles, as on a managed server. */
async function modestDatabase(postgres: Postgres): Promise<{ url: string; superuser: string }> {
  const at = (user: string, database: string) =>
    Object.assign(new URL(postgres.url), { username: user, pathname: `/${database}` }).href
  await ask(at('postgres', 'postgres'), 'create role "calls-app" login')
  await ask(at('postgres', 'postgres'), 'create database calls owner "calls-app"')
  return { url: at('calls-app', 'calls'), superuser: at('postgres', 'calls') }
}

/** Returns the row count and a checksum of each table. */
const census = `
  select string_agg(n.nspname || '.' || c.relname || ' ' ||
      (xpath('/row/n/text()', query_to_xml(format('select count(*) || ''/'' || coalesce(sum(hashtext(t::text)::bigint), 0) as n from %I.%I t', n.nspname, c.relname), false, true, '')))[1]::text, E'\\n' order by n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_t%'`

test('a dump of the server’s user is restored for another user in another cluster, as documented', async (t) => {
  const [old, fresh, folder] = [await cluster(t), await cluster(t), await scratch(t)]
  const created = switchboard(old.url, folder, ['user', 'create', 'ana@example.com', '--json'], 'correct horse\n')
  assert.equal(created.status, 0, created.stderr)
  const { workspace_id } = JSON.parse(created.stdout) as { workspace_id: string }
  const people = Array.from({ length: 200 }, (_, i) => `Person ${i},+1202555${String(i).padStart(4, '0')}`)
  await writeFile(join(folder, 'people.csv'), `first_name,phone_number\n${people.join('\n')}\n`)
  const imported = switchboard(old.url, folder, ['import', 'people.csv', '--workspace', workspace_id])
  assert.equal(imported.status, 0, imported.stderr)

  const commands = documented(await readFile(new URL('../docs/operations.md', import.meta.url), 'utf8'))
  const { url, superuser } = await modestDatabase(fresh)
  const run = (command: string, env: Record<string, string>) =>
    execute('bash', ['-ec', command], { cwd: folder, env: { PATH: process.env.PATH, ...env } })
  await run(commands.dump, { DATABASE_URL: old.url })
  await run(commands.roles.replace('NEW_USER', '"calls-app"'), { SUPERUSER_URL: superuser })
  await run(commands.restore, { DATABASE_URL: url })

  const before = await ask(Object.assign(new URL(old.url), { username: 'postgres' }).href, census)
  assert.ok(before.includes('contacts.contacts 200/'), before)
  assert.equal(await ask(superuser, census), before)
  const exported = switchboard(url, folder, ['export', 'contacts', '--workspace', workspace_id])
  assert.equal(exported.stdout.split('\r\n').length, 202, exported.stderr)
  assert.equal(
    await ask(
      superuser,
      `select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace where prosecdef and nspname not like 'pg_%' and proowner <> 'app_system'::regrole`,
    ),
    '0',
    'definer functions act as the server’s role again',
  )
  const examined = switchboard(url, folder, ['doctor'])
  assert.match(examined.stdout, /ok +migrations/)
  assert.match(examined.stdout, /ok +database roles/)
})

test('a user who may not create roles gets the statements for a superuser, and can migrate afterwards', async (t) => {
  const [postgres, folder] = [await cluster(t), await scratch(t)]
  const { url, superuser } = await modestDatabase(postgres)
  const refused = switchboard(url, folder, ['migrate'])
  assert.equal(refused.status, 1)
  const sql = /As a superuser: (.+)\n/.exec(refused.stderr)?.[1] ?? ''
  assert.equal(
    sql,
    'create role app_user nologin; create role app_system nologin; grant app_user, app_system to "calls-app";',
  )
  assert.ok(switchboard(url, folder, ['doctor']).stdout.includes(sql), 'doctor says the same')
  await ask(superuser, sql)
  const migrated = switchboard(url, folder, ['migrate'])
  assert.equal(migrated.status, 0, migrated.stderr)
  const created = switchboard(url, folder, ['user', 'create', 'ana@example.com'], 'correct horse\n')
  assert.equal(created.status, 0, created.stderr)
})

test('a second node with other keys, or a start without them, is refused', async (t) => {
  const [postgres, folder, elsewhere] = [await cluster(t), await scratch(t), await scratch(t)]
  assert.equal(switchboard(postgres.url, folder, ['user', 'list']).status, 0)
  const gone = switchboard(postgres.url, elsewhere, ['user', 'list'])
  assert.equal(gone.status, 1)
  assert.match(gone.stderr, /^The encryption keys are gone/)
  assert.match(switchboard(postgres.url, elsewhere, ['doctor']).stdout, /FAILED +keys/)
  const accepted = switchboard(postgres.url, elsewhere, ['keys', 'accept'])
  assert.equal(accepted.status, 0, accepted.stderr)
  assert.equal(switchboard(postgres.url, elsewhere, ['user', 'list']).status, 0)
  assert.match(switchboard(postgres.url, folder, ['user', 'list']).stderr, /are not those of this database/)
})

/** Returns the commands of the chapter on PostgreSQL for another user, so that the test runs the documented ones. */
function documented(chapters: string): { dump: string; roles: string; restore: string } {
  const chapter = chapters.split(/^#+ /m).find((each) => each.includes('SUPERUSER_URL')) ?? assert.fail('No chapter.')
  const line = (start: RegExp) =>
    chapter.split('\n').find((each) => start.test(each)) ?? assert.fail(`No line ${start}.`)
  return { dump: line(/^pg_dump /), roles: line(/^psql "\$SUPERUSER_URL"/), restore: line(/^pg_restore /) }
}
