import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { readConfig } from '../src/config.ts'
import type { OpenDatabase } from '../src/platform/database/open.ts'
import { createLog } from '../src/platform/log.ts'
import { openTestDatabase } from './database.ts'

// Tables that are not a workspace's: they belong to the installation, each with a policy of its own.
const installationTables = new Set([
  'identity.users',
  'identity.workspaces',
  'identity.sessions',
  'identity.attempts',
  'identity.audit_log',
  'identity.codes',
  'identity.authenticator_apps',
  'identity.passkeys',
  'identity.recovery_codes',
  'identity.pending_sign_ins',
  'identity.passkey_challenges',
  'identity.password_resets',
  'identity.mailed_proofs',
  'identity.email_changes',
  'identity.identities',
  'identity.oauth_attempts',
  'identity.auth_codes',
  'administration.reports',
  'billing.invoice_numbers',
  'realtime.tickets',
  'chat.chats',
  'chat.members',
  'chat.messages',
  'chat.files',
  'chat.views',
  'chat.reactions',
  'chat.polls',
  'chat.ballots',
  'chat.blocks',
  'chat.finds',
  'chat.profiles',
  'chat.statuses',
  'chat.presence',
  'video.calls',
  'video.participants',
  'notifications.push_subscriptions',
  'telephony.nodes',
  'telephony.number_zones',
  'platform.events',
  'platform.failed_events',
  'platform.subscribers',
  'platform.idempotency_keys',
  'platform.outgoing_messages',
  'platform.installation_keys',
])

let database: OpenDatabase
before(async () => {
  const config = readConfig({ DATA_DIR: path.join(tmpdir(), 'switchboard-catalogue') })
  database = await openTestDatabase(config, createLog('silent'))
})
after(() => database.close())

const query = async <R extends object>(text: string) => (await database.pool.query(text)).rows as R[]

// The job queue's and the migrations' own tables hold nothing that a caller can reach.
const ours = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'migrations', 'jobs') and n.nspname not like 'pg_temp%'`

test('every table has forced row-level security and policies for both roles', async () => {
  const tables = await query<{ name: string; enabled: boolean; forced: boolean; policies: string[] }>(`
    select n.nspname || '.' || c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
           array(select polname::text from pg_policy where polrelid = c.oid) as policies
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and ${ours}`)
  assert.ok(tables.length > 10)
  for (const { name, enabled, forced, policies } of tables) {
    assert.ok(enabled && forced, `${name}: row-level security must be enabled and forced`)
    assert.ok(policies.includes('server'), `${name}: no policy for the server's role`)
    assert.ok(
      installationTables.has(name) || policies.includes('tenant'),
      `${name}: neither a tenant's nor a listed table`,
    )
  }
})

test('every tenant table has workspace_id not null, an index that begins with it, and composite foreign keys', async () => {
  const tenants = await query<{ name: string; oid: number; nullable: boolean; indexed: boolean }>(`
    select n.nspname || '.' || c.relname as name, c.oid, not a.attnotnull as nullable,
           exists (select from pg_index i where i.indrelid = c.oid and i.indkey[0] = a.attnum) as indexed
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
     where c.relkind in ('r', 'p') and ${ours} and exists (select from pg_policy where polrelid = c.oid and polname = 'tenant')`)
  assert.ok(tenants.length > 8)
  for (const { name, nullable, indexed } of tenants) {
    assert.ok(!nullable, `${name}.workspace_id may be null`)
    assert.ok(indexed, `${name} has no index that begins with workspace_id`)
  }
  const plainKeys = await query<{ name: string }>(`
    select conrelid::regclass || ': ' || conname as name from pg_constraint
     where contype = 'f' and conrelid = any ('{${tenants.map(({ oid }) => oid).join(',')}}'::oid[])
       and confrelid = any ('{${tenants.map(({ oid }) => oid).join(',')}}'::oid[]) and cardinality(conkey) = 1
       and (select attname from pg_attribute where attrelid = conrelid and attnum = conkey[1]) <> 'workspace_id'`)
  assert.deepEqual(plainKeys, [], 'a plain foreign key between tenant tables ignores row security')
})

test('definer functions fix their search path, and belong to the server role', async () => {
  const loose = await query<{ name: string }>(`
    select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where p.prosecdef and ${ours} and (not 'search_path=""' = any (coalesce(p.proconfig, '{}'))
        or pg_get_userbyid(p.proowner) <> 'app_system')`)
  assert.deepEqual(loose, [])
})

test("the users' role owns nothing, bypasses nothing and may not truncate", async () => {
  const [role] = await query<{ rolbypassrls: boolean; rolsuper: boolean; rolcanlogin: boolean }>(
    "select rolbypassrls, rolsuper, rolcanlogin from pg_roles where rolname = 'app_user'",
  )
  assert.deepEqual(role, { rolbypassrls: false, rolsuper: false, rolcanlogin: false })
  const excessive = await query(`
    select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and ${ours}
       and (has_table_privilege('app_user', c.oid, 'truncate') or has_table_privilege('app_user', c.oid, 'references')
         or has_table_privilege('app_user', c.oid, 'trigger') or pg_get_userbyid(c.relowner) in ('app_user', 'app_system'))`)
  assert.deepEqual(excessive, [])
})

test('who calls puts jobs into the queue, and neither reads nor changes any', async () => {
  const open = await query<{ name: string }>(`
    select c.relname || ' ' || privilege as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace, unnest(array['select', 'update', 'delete', 'truncate']) privilege
     where n.nspname = 'jobs' and c.relkind in ('r', 'p') and has_table_privilege('app_user', c.oid, privilege)`)
  assert.deepEqual(open, [{ name: 'queue select' }], 'Which queues there are is no secret.')
})

// Users are suspended, or erased by a job that has time.
test('every foreign key has an index for the day its target is deleted', async () => {
  const bare = await query<{ name: string }>(`
    select k.conrelid::regclass || ': ' || k.conname as name from pg_constraint k
      join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
     where k.contype = 'f' and ${ours} and k.confrelid <> 'identity.users'::regclass
       and not exists (select from pg_index i where i.indrelid = k.conrelid and i.indkey[0] = any (k.conkey)
                         and (cardinality(k.conkey) = 1 or i.indkey[1] = any (k.conkey)))`)
  assert.deepEqual(bare, [])
})

// Written before numbers had to be unique; a released migration keeps its name.
const sharedNumbers = new Set(['0005_telephony_number_zones.sql', '0006_realtime.sql'])

test('every migration has a number of its own', async () => {
  const files = (await readdir(new URL('../migrations', import.meta.url))).filter((file) => !sharedNumbers.has(file))
  const numbers = files.map((file) => /^(\d{4})_\w+\.sql$/.exec(file)?.[1])
  assert.ok(!numbers.includes(undefined), files.join(', '))
  assert.deepEqual(numbers, [...new Set(numbers)])
})
