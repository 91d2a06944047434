import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '@supabase/supabase-js'
import { sharedTestServer } from '../../../test/server.ts'

const server = await sharedTestServer()
const ana = await server.signUp()
const supabase = createClient(server.url, 'any-key', {
  auth: { persistSession: false, autoRefreshToken: false },
  global: { headers: { authorization: `Bearer ${ana.token}` } },
})

test('a prospect of the last version of the sales front-end is kept', async () => {
  const row = {
    full_name: 'Huda Noor',
    whatsapp_number: '+971501230077',
    primary_segment: 'investor',
    property_type_pref: 'villa',
    beds_min: 3,
    budget_min: 1_000_000,
    budget_max: 2_000_000,
    consent_status: 'opted_in',
  }
  const { data, error } = await supabase.from('prospects').insert(row).select().single()
  assert.equal(error, null)
  assert.deepEqual(Object.fromEntries(Object.keys(row).map((name) => [name, data[name]])), row)
  assert.equal(data.dnc, false)
})

test('an integration keeps its icon, and its secrets stay hidden', async () => {
  const made = await supabase
    .from('integrations')
    .insert({ name: 'Pipedrive', type: 'crm', icon: 'pipedrive', config: { region: 'eu', apiKey: 'hush' } })
    .select()
    .single()
  assert.equal(made.error, null)
  assert.deepEqual([made.data.icon, made.data.config], ['pipedrive', { region: 'eu' }])
})
