import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startPostgres } from './with-postgres.ts'

const runner = fileURLToPath(new URL('./with-postgres.ts', import.meta.url))
const ask = (url: string, sql: string) =>
  execFileSync('/usr/bin/psql', [url, '-Atqc', sql], { encoding: 'utf8', stdio: 'pipe' }).trim()

test('the owner is not a superuser and has the rights that migrations and tests need', async () => {
  const postgres = await startPostgres()
  try {
    assert.equal(ask(postgres.url, 'select rolsuper, rolbypassrls from pg_roles where rolname = current_user'), 'f|f')
    for (const extension of ['pgcrypto', 'pg_trgm', 'btree_gist', 'citext', 'unaccent'])
      ask(postgres.url, `create extension ${extension}`)
    ask(postgres.url, 'create role app_user nologin')
    ask(postgres.url, 'create database another')
  } finally {
    await postgres.stop()
  }
  assert.throws(() => ask(postgres.url, 'select 1'), /refused/)
})

test('a command gets the database and its exit code is passed on', () => {
  const script = 'psql "$DATABASE_URL" -Atqc "show fsync"; [ "$TEST_DATABASE_URL" = "$DATABASE_URL" ] && exit 7'
  const result = spawnSync('node', [runner, 'bash', '-c', script], {
    encoding: 'utf8',
    env: { ...process.env, POSTGRES_FSYNC: 'off' },
  })
  assert.deepEqual([result.stdout, result.status], ['off\n', 7], result.stderr)
})
