import assert from 'node:assert/strict'
import { type SupabaseClient, createClient } from '@supabase/supabase-js'
import { anId, anInstant, assertShape, type Shape } from '../answers.ts'

// The operations on tables of the calling front-end's last version, through supabase-js as its screens use it.

interface Stored {
  userId: string
  ids: Record<string, string>
}

export interface TableOperation {
  /** The screen and what it does there. */
  name: string
  run(db: SupabaseClient, stored: Stored): Promise<void>
}

interface Result {
  data: unknown
  error: { message: string; code?: string } | null
}

/** Returns the data of a successful operation, which must have this shape. */
async function read(operation: PromiseLike<Result>, shape?: Shape): Promise<Record<string, string>> {
  const { data, error } = await operation
  assert.equal(error, null, error?.message)
  if (shape !== undefined) assertShape(data, shape)
  return (Array.isArray(data) ? data[0] : data) as Record<string, string>
}

/** An operation that is refused, with the reason on the screen. */
async function refuse(operation: PromiseLike<Result>, reason: RegExp): Promise<void> {
  const { error } = await operation
  assert.match(error?.message ?? '', reason)
}

const campaignRow: Shape = {
  id: anId,
  title: 'Spring offer',
  status: 'pending',
  progress: 0,
  total_calls: 0,
  answered_calls: 0,
  transferred_calls: 0,
  failed_calls: 0,
  created_at: anInstant,
}

export const tableOperations: TableOperation[] = [
  {
    name: 'profile: read',
    run: async (db, { userId }) => {
      const profile = { id: anId, full_name: 'Ana Lima', is_admin: false, is_affiliate: false }
      await read(db.from('profiles').select('*').eq('id', userId).single(), profile)
    },
  },
  {
    name: 'profile: save',
    run: async (db, { userId }) => {
      await read(db.from('profiles').update({ full_name: 'Ana Maria Lima', company_name: 'Lima' }).eq('id', userId))
    },
  },
  {
    name: 'billing: the active plan, before one is chosen',
    run: async (db, { userId }) => {
      const plan = db.from('subscriptions').select('*').eq('user_id', userId).eq('status', 'active').maybeSingle()
      await read(plan, null)
    },
  },
  {
    name: 'billing: choose the lifetime plan',
    run: async (db, { userId }) => {
      const chosen = { user_id: userId, plan_id: 'lifetime', plan_name: 'Lifetime', status: 'active' }
      await read(db.from('subscriptions').upsert({ ...chosen, current_period_end: null }, { onConflict: 'user_id' }))
      const active = db.from('subscriptions').select('*').eq('user_id', userId).eq('status', 'active').maybeSingle()
      await read(active, null)
    },
  },
  {
    name: 'billing: a payment that the page calls completed is refused',
    run: async (db, { userId }) => {
      const forged = {
        user_id: userId,
        amount: 199,
        payment_method: 'square',
        plan_id: 'lifetime',
        status: 'completed',
      }
      await refuse(db.from('payments').insert(forged), /never by a page/)
    },
  },
  {
    name: 'transfer numbers: add',
    run: async (db, { userId, ids }) => {
      const number = { user_id: userId, name: 'Sales', phone_number: '+1 555-123-4567', description: '', call_count: 0 }
      const added = await read(db.from('transfer_numbers').insert(number).select(), [{ id: anId, name: 'Sales' }])
      ids.transferNumber = added.id!
    },
  },
  {
    name: 'transfer numbers: list',
    run: async (db, { userId }) => {
      const list = db.from('transfer_numbers').select('*').eq('user_id', userId)
      const row = { id: anId, phone_number: '+15551234567', call_count: 0, created_at: anInstant }
      await read(list.order('created_at', { ascending: false }), [row])
    },
  },
  {
    name: 'SIP providers: add',
    run: async (db, { userId, ids }) => {
      const account = { host: 'sip.example.com', port: 5060, username: 'acme', password: 'sip secret' }
      const provider = { name: 'Carrier', ...account, description: 'Fixed lines', user_id: userId, active: true }
      const row = {
        id: anId,
        port: 5060,
        active: true,
        password: null,
        description: 'Fixed lines',
        created_at: anInstant,
      }
      ids.provider = (await read(db.from('sip_providers').insert(provider).select(), [row])).id!
    },
  },
  {
    name: 'SIP providers: the choice of active ones',
    run: async (db, { userId, ids }) => {
      const active = db.from('sip_providers').select('id, name').eq('user_id', userId).eq('active', true)
      await read(active, [{ id: ids.provider, name: 'Carrier' }])
    },
  },
  {
    name: 'SIP providers: switch off and on',
    run: async (db, { ids }) => {
      for (const active of [false, true])
        await read(
          db
            .from('sip_providers')
            .update({ active })
            .eq('id', ids.provider as string),
        )
    },
  },
  {
    name: 'contacts: a new list',
    run: async (db, { userId, ids }) => {
      const list = { user_id: userId, name: 'Customers', description: 'Of March' }
      ids.contactList = (await read(db.from('contact_lists').insert(list).select().single(), { id: anId })).id!
    },
  },
  {
    name: 'contacts: the rows of a CSV file',
    run: async (db, { userId, ids }) => {
      const rows = ['1', '2'].map((n) => ({
        user_id: userId,
        first_name: 'Gil',
        last_name: n,
        email: null,
        phone_number: `+1415555020${n}`,
      }))
      const added = (await db.from('contacts').insert(rows).select()) as Result & { data: { id: string }[] }
      assert.equal(added.error, null, added.error?.message)
      const items = added.data.map(({ id }) => ({ contact_list_id: ids.contactList, contact_id: id }))
      await read(db.from('contact_list_items').insert(items))
    },
  },
  {
    name: 'contacts: the lists with their counts',
    run: async (db, { userId }) => {
      const counted = '*, contact_list_items:contact_list_items(count)'
      const row = { name: 'Customers', contact_list_items: [{ count: 2 }] }
      await read(db.from('contact_lists').select(counted).eq('user_id', userId), [row])
    },
  },
  {
    name: 'greetings: list',
    run: async (db, { userId }) => {
      await read(db.from('greeting_files').select('*').eq('user_id', userId), [])
    },
  },
  {
    name: 'campaigns: create',
    run: async (db, { userId, ids }) => {
      const campaign = {
        user_id: userId,
        title: 'Spring offer',
        description: '',
        contact_list_id: ids.contactList,
        transfer_number: '+15551234567',
        status: 'pending',
        progress: 0,
        total_calls: 0,
      }
      ids.campaign = (await read(db.from('campaigns').insert([campaign]).select(), [campaignRow])).id!
    },
  },
  {
    name: 'campaigns: list',
    run: (db, { userId }) => read(db.from('campaigns').select('*').eq('user_id', userId), [campaignRow]).then(),
  },
  {
    name: 'campaigns: start one without a greeting, which says what is missing',
    run: async (db, { ids }) => {
      const start = db
        .from('campaigns')
        .update({ status: 'running' })
        .eq('id', ids.campaign as string)
      await refuse(start, /cannot start yet.*greeting/i)
    },
  },
  {
    name: 'campaigns: start, pause, resume and cancel',
    run: async (db, { ids }) => {
      const set = async (status: string) => {
        const changed = db
          .from('campaigns')
          .update({ status })
          .eq('id', ids.campaign as string)
        await read(changed.select(), [{ status }])
      }
      await read(
        db
          .from('campaigns')
          .update({ greeting_file_url: ids.greeting })
          .eq('id', ids.campaign as string),
      )
      for (const status of ['running', 'paused', 'running', 'cancelled']) await set(status)
    },
  },
  {
    name: 'call log: of one campaign',
    run: async (db, { ids }) => {
      const calls = db
        .from('call_logs')
        .select('*')
        .eq('campaign_id', ids.campaign as string)
      const { data, error } = await calls.order('created_at', { ascending: false })
      assert.equal(error, null, error?.message)
      for (const row of data ?? []) assertShape(row, { phone_number: /^\+1415555020/, transfer_requested: false })
    },
  },
  {
    name: 'dialer: its jobs',
    run: async (db, { userId, ids }) => {
      const jobs = db.from('dialer_jobs').select('*').eq('user_id', userId)
      await read(jobs, [{ id: ids.campaign, status: 'cancelled', total_calls: 2, failed_calls: 0 }])
    },
  },
  {
    name: 'dialer: calls in progress',
    run: async (db) => void (await read(db.from('active_calls').select('*'), [])),
  },
  {
    name: 'gateways: trunks',
    run: async (db, { userId }) => {
      const trunks = db.from('user_trunks').select('*').eq('user_id', userId)
      await read(trunks, [{ trunk_name: 'Carrier', sip_user: 'acme', sip_pass: null, status: 'active' }])
    },
  },
  {
    name: 'deletes',
    run: async (db, { userId, ids }) => {
      for (const [table, id] of [
        ['campaigns', ids.campaign],
        ['contact_lists', ids.contactList],
        ['sip_providers', ids.provider],
        ['transfer_numbers', ids.transferNumber],
      ] as const) {
        await read(
          db
            .from(table)
            .delete()
            .eq('id', id as string)
            .eq('user_id', userId),
        )
        await read(db.from(table).select('id').eq('user_id', userId), [])
      }
    },
  },
]

/** Signs up and in like its pages, and returns the client. */
export async function openTables(url: string, email: string): Promise<{ db: SupabaseClient; stored: Stored }> {
  const db = createClient(`${url}/compat/calling`, 'anon-key', { auth: { autoRefreshToken: false } })
  const password = 'correct horse battery'
  const signedUp = await db.auth.signUp({ email, password, options: { data: { full_name: 'Ana Lima' } } })
  assert.equal(signedUp.error, null, signedUp.error?.message)
  const { data, error } = await db.auth.signInWithPassword({ email, password })
  assert.equal(error, null, error?.message)
  return { db, stored: { userId: data.user?.id ?? '', ids: {} } }
}
