import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { modules } from '../src/modules.ts'
import type { OpenDatabase } from '../src/platform/database/open.ts'
import { createLog } from '../src/platform/log.ts'
import { openTestDatabase } from './database.ts'

// A module writes the tables of its own schema only. It may read the tables of other modules, but each that it reads is
// listed here, so that a new one is a decision and not an accident.

/** `module: schema.table` that a module writes although it is another module's, each with its reason. */
const allowedWrites: string[] = [
  // The statement that records a batch of calls also counts what they used; two statements would be two round trips.
  'campaigns: telephony.call_usage',
  'campaigns: telephony.transfer_numbers',
]

/** `module: schema.table` that a module writes through a function of the database, each with its reason. */
const allowedFunctionWrites: string[] = [
  // contacts.erase: what was said and bought stays, without the person, and all of it goes in one transaction.
  'contacts: campaigns.attempts',
  'contacts: campaigns.targets',
  'contacts: receptionist.calls',
  'contacts: shop.form_submissions',
  'contacts: shop.orders',
  // identity.erase_user: a deleted user leaves their groups, which go on under another owner.
  'identity: chat.chats',
  'identity: chat.members',
]

/** `table: function` for triggers on a table of one module that run a function of another. */
const allowedTriggers: string[] = [
  // A prospect's search words hold the contact's name; the list must find a renamed prospect in the same transaction.
  'contacts.contacts: sales.contact_changed',
  // A campaign's rates follow the outcomes of its conversations in the same transaction.
  'inbox.conversations: sales.count_messages',
]

/** `module: schema.table` that a module reads although it is another module's. */
const allowedReads: string[] = [
  'administration: identity.users',
  'billing: identity.members',
  'campaigns: contacts.contacts',
  'campaigns: contacts.do_not_call',
  'campaigns: contacts.list_items',
  'campaigns: contacts.lists',
  'campaigns: files.files',
  'campaigns: files.greetings',
  'campaigns: identity.workspaces',
  'campaigns: telephony.calling_limits',
  'campaigns: telephony.nodes',
  'campaigns: telephony.sip_providers',
  'campaigns: telephony.transfer_numbers',
  'campaigns: telephony.trunks',
  'chat: identity.users',
  'contacts: identity.members',
  'inbox: identity.members',
  'notifications: identity.members',
  'realtime: identity.members',
  'realtime: identity.sessions',
  'realtime: identity.workspaces',
  'receptionist: identity.workspaces',
  'sales: campaigns.attempts',
  'sales: campaigns.campaigns',
  'sales: campaigns.targets',
  'sales: contacts.contacts',
  'sales: contacts.do_not_call',
  'sales: contacts.identities',
  'sales: contacts.merged_contacts',
  'sales: identity.members',
  'sales: identity.users',
  'sales: inbox.call_sums',
  'sales: inbox.conversations',
  'sales: inbox.messages',
  'sales: integrations.connections',
  'shop: contacts.contacts',
  'shop: identity.members',
  'shop: identity.users',
  'shop: identity.workspaces',
  'telephony: identity.members',
  'telephony: identity.users',
  'telephony: identity.workspaces',
  'video: chat.chats',
  'video: chat.members',
  'video: chat.presence',
  'video: identity.members',
  'video: identity.users',
]

const names = modules.map(({ name }) => name)
const source = path.join(import.meta.dirname, '../src/modules')
const schemas = names.join('|')
const writePattern = new RegExp(
  `(?:\\b(?:insert\\s+into|update|delete\\s+from|merge\\s+into|truncate)\\s+(?:only\\s+)?|\\b(?:insertInto|updateTable|deleteFrom)\\(')((?:${schemas})\\.[a-z_]+)`,
  'gi',
)
const readPattern = new RegExp(
  `(?:\\b(?:from|join|using)\\s+(?:only\\s+|lateral\\s+)?\\(*|\\b(?:selectFrom|innerJoin|leftJoin)\\(')((?:${schemas})\\.[a-z_]+)\\b(?!\\s*\\()`,
  'gi',
)
const callPattern = new RegExp(`\\b((?:app|platform|${schemas})\\.[a-z_]+)\\s*\\(`, 'g')
const find = (pattern: RegExp, text: string) => [...text.matchAll(pattern)].map(([, name]) => name!.toLowerCase())
const schemaOf = (name: string) => name.split('.')[0]!

interface DatabaseFunction {
  name: string
  body: string
}

let database: OpenDatabase
let functions: DatabaseFunction[]
before(async () => {
  const config = readConfig({ DATA_DIR: path.join(tmpdir(), 'switchboard-table-owners') })
  database = await openTestDatabase(config, createLog('silent'))
  const { rows } = await database.pool.query(
    `
    select n.nspname || '.' || p.proname as name, p.prosrc as body from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname = any ($1)`,
    [['app', 'platform', ...names]],
  )
  functions = rows as DatabaseFunction[]
})
after(() => database.close())

/** Returns the tables that a function writes, itself and through the functions that it calls. */
function writesOf(name: string, seen = new Set<string>()): string[] {
  if (seen.has(name)) return []
  seen.add(name)
  return functions
    .filter((one) => one.name === name)
    .flatMap(({ body }) => [
      ...find(writePattern, body),
      ...find(callPattern, body).flatMap((called) => writesOf(called, seen)),
    ])
}

/** `module: schema.table` of everything in the modules' source that `found` finds in other modules' schemas. */
function foreign(found: (text: string) => string[]): string[] {
  const all = globSync('**/*.ts', { cwd: source })
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const module = file.split(path.sep)[0]!
      const tables = found(readFileSync(path.join(source, file), 'utf8'))
      return tables.filter((table) => schemaOf(table) !== module).map((table) => `${module}: ${table}`)
    })
  return [...new Set(all)].toSorted()
}

test('a statement writes only tables of its own module', () => {
  assert.deepEqual(
    foreign((text) => find(writePattern, text)),
    allowedWrites.toSorted(),
  )
})

test('the functions that a module calls write only tables of that module', () => {
  const called = foreign((text) => find(callPattern, text).flatMap((name) => writesOf(name)))
  assert.deepEqual(called, allowedFunctionWrites.toSorted())
})

test('a trigger runs a function of its own module', async () => {
  const { rows } = await database.pool.query<{ table: string; function: string }>(
    `
    select distinct tn.nspname || '.' || c.relname as table, fn.nspname || '.' || p.proname as function
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace tn on tn.oid = c.relnamespace
      join pg_proc p on p.oid = t.tgfoid join pg_namespace fn on fn.oid = p.pronamespace
     where not t.tgisinternal and tn.nspname = any ($1) and fn.nspname not in ('app', 'platform')
       and fn.nspname <> tn.nspname`,
    [names],
  )
  assert.deepEqual(rows.map((row) => `${row.table}: ${row.function}`).toSorted(), allowedTriggers.toSorted())
})

test('a module reads the tables of other modules that are listed, and no others', () => {
  assert.deepEqual(
    foreign((text) => find(readPattern, text)),
    allowedReads.toSorted(),
  )
})

test('writes and reads are found in every form that statements have', () => {
  assert.deepEqual(find(writePattern, `with x as (delete from chat.views) insert into chat.polls (id)`), [
    'chat.views',
    'chat.polls',
  ])
  assert.deepEqual(find(writePattern, `db.updateTable('chat.chats').set({})`), ['chat.chats'])
  assert.deepEqual(find(readPattern, `from (chat.chats c join identity.users u on true)`), [
    'chat.chats',
    'identity.users',
  ])
  assert.ok(writesOf('app.open_dm').includes('chat.chats'))
})
