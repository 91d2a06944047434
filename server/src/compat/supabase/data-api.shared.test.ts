import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createClient } from '@supabase/supabase-js'
import { sharedTestServer } from '../../../test/server.ts'

// The real supabase-js against the server.

const server = await sharedTestServer()

/** A client as a page makes it, signed in as `token`; without one, by its anon key. */
function clientOf(token: string | undefined, path = '') {
  return createClient(server.url + path, 'anon-key', {
    auth: { persistSession: false, autoRefreshToken: false },
    ...(token !== undefined && { accessToken: () => Promise.resolve(token) }),
  })
}

const ana = await server.signUp()
const db = clientOf(ana.token)

describe('a table', () => {
  test('is inserted into, read, changed and deleted', async () => {
    const { data: made, error } = await db
      .from('transfer_numbers')
      .insert({ user_id: ana.userId, name: 'Desk', phone_number: '+15550100123', description: null, call_count: 0 })
      .select()
      .single()
    assert.equal(error, null)
    assert.equal(made.phone_number, '+15550100123')
    const { data: listed } = await db
      .from('transfer_numbers')
      .select('*')
      .eq('user_id', ana.userId)
      .order('created_at', { ascending: false })
    assert.deepEqual(listed, [made])
    const changed = await db.from('transfer_numbers').update({ name: 'Front desk' }).eq('id', made.id)
    assert.deepEqual([changed.error, changed.status], [null, 204])
    const { data: one } = await db.from('transfer_numbers').select('name').eq('id', made.id).maybeSingle()
    assert.deepEqual(one, { name: 'Front desk' })
    const gone = await db.from('transfer_numbers').delete().eq('id', made.id).eq('user_id', ana.userId)
    assert.equal(gone.error, null)
    const { error: none } = await db.from('transfer_numbers').select().eq('id', made.id).single()
    assert.equal(none?.code, 'PGRST116')
  })

  test('is filtered, ordered, counted and cut, by the operation or by the server', async () => {
    const names = ['Delta', 'Alpha', 'Charlie', 'Bravo']
    const { error } = await db
      .from('contacts')
      .insert(names.map((first_name, n) => ({ first_name, last_name: 'Silva', phone_number: `+1555010020${n}` })))
    assert.equal(error, null)
    const { data, count } = await db
      .from('contacts')
      .select('first_name', { count: 'exact' })
      .ilike('last_name', 'sil%')
      .neq('first_name', 'Delta')
      .order('first_name', { ascending: false })
      .range(0, 1)
    assert.deepEqual(data, [{ first_name: 'Charlie' }, { first_name: 'Bravo' }])
    assert.equal(count, 3)
    const { count: all } = await db.from('contacts').select('*', { count: 'exact', head: true })
    assert.equal(all, 4)
    const { data: some } = await db.from('contacts').select('first_name').or('first_name.eq.Alpha,first_name.eq.Bravo')
    assert.equal(some?.length, 2)
    const { data: newest } = await db
      .from('contacts')
      .select('first_name')
      .order('created_at', { ascending: false })
      .limit(1)
    assert.deepEqual(newest, [{ first_name: 'Bravo' }])
  })

  test('embeds others: counts, lists and objects, with filters on them', async () => {
    const { data: list } = await db.from('contact_lists').insert({ name: 'Spring' }).select().single()
    const { data: contacts } = await db.from('contacts').select('id, first_name').order('first_name').limit(2)
    for (const { id } of contacts ?? []) {
      const { error } = await db.from('contact_list_items').insert({ contact_list_id: list.id, contact_id: id })
      assert.equal(error, null)
    }
    const { data: counted } = await db.from('contact_lists').select('id, contact_list_items:contact_list_items(count)')
    assert.deepEqual(counted, [{ id: list.id, contact_list_items: [{ count: 2 }] }])
    const { data: items } = await db
      .from('contact_list_items')
      .select('contact_id, contacts(first_name)')
      .eq('contact_list_id', list.id)
    assert.deepEqual(
      items?.map(({ contacts: contact }) => (contact as unknown as { first_name: string }).first_name).toSorted(),
      ['Alpha', 'Bravo'],
    )
    const { data: none } = await db
      .from('contact_list_items')
      .select('contact_id, contacts!inner(first_name)')
      .eq('contact_list_id', list.id)
      .eq('contacts.first_name', 'Zoe')
    assert.deepEqual(none, [])
    await db.from('contact_list_items').delete().eq('contact_list_id', list.id).eq('contact_id', contacts?.[0]?.id)
    const { data: left } = await db.from('contact_lists').select('contact_list_items(count)').eq('id', list.id).single()
    assert.deepEqual(left, { contact_list_items: [{ count: 1 }] })
  })

  test('errors say what is wrong, with code and hint', async () => {
    const { error: column } = await db.from('contacts').select('colour')
    assert.deepEqual([column?.code, /colour/.test(column?.message ?? '')], ['PGRST204', true])
    const { error: table, status } = await db.from('pg_shadow').select()
    assert.deepEqual([status, table?.code, /contacts/.test(table?.hint ?? '')], [404, 'PGRST205', true])
    const { error: change } = await db.from('contacts').update({ first_name: 'X' }).neq('colour', 'red')
    assert.equal(change?.code, 'PGRST204')
    const { error: everything } = await db.from('contacts').delete().in('id', []).not('id', 'is', 'null')
    assert.equal(everything, null)
    const { error: field } = await db.from('contacts').insert({ first_name: 'A', phone_number: 'not a number' })
    assert.match(field?.details ?? '', /phone_number/)
    const { error: written } = await db.from('payments').insert({ amount: 199, status: 'completed' })
    assert.match(written?.message ?? '', /never by a page/)
    const { error: fn } = await db.rpc('drop_everything')
    assert.equal(fn?.code, 'PGRST202')
  })

  test('a HEAD that fails is not taken for success', async () => {
    const visitor = clientOf(undefined)
    for (const name of ['contacts', 'no_such_table']) {
      const { error, count } = await visitor.from(name).select('*', { count: 'exact', head: true })
      assert.ok(error, name)
      assert.equal(count, null)
    }
  })

  test('the anon key is no credential: properties and integrations of the public workspace, nothing else', async () => {
    const visitor = clientOf(undefined)
    assert.deepEqual((await visitor.from('properties').select('*')).data, [])
    assert.deepEqual((await visitor.from('integrations').select('*').order('name')).data, [])
    for (const name of ['contacts', 'campaigns', 'shops', 'profiles']) {
      const { error, status } = await visitor.from(name).select()
      assert.deepEqual([status, typeof error?.message], [401, 'string'], name)
    }
    const { status } = await visitor.from('properties').insert({ name: 'Mine now' })
    assert.equal(status, 401)
  })

  test("another workspace's rows are not there", async () => {
    const eve = clientOf((await server.signUp()).token)
    const { data: theirs } = await db.from('contacts').select('id').limit(1).single()
    assert.deepEqual((await eve.from('contacts').select().eq('id', theirs?.id)).data, [])
    assert.deepEqual((await eve.from('contacts').update({ first_name: 'Eve' }).eq('id', theirs?.id).select()).data, [])
    assert.deepEqual((await eve.from('contacts').delete().eq('id', theirs?.id).select()).data, [])
    assert.equal((await db.from('contacts').select('first_name').eq('id', theirs?.id).single()).error, null)
  })

  test('fields that the server owns are named, and those that would matter refused', async () => {
    const named = await ana.post('/rest/v1/transfer_numbers', {
      name: 'A',
      phone_number: '+15550100124',
      call_count: 7,
    })
    assert.equal(named.headers.get('x-ignored-fields'), 'body.call_count')
    const { error } = await db.from('profiles').update({ is_admin: true }).eq('id', ana.userId)
    assert.match(error?.message ?? '', /operator/)
    const { data: kept } = await db.from('profiles').select('is_admin, full_name').eq('id', ana.userId).single()
    assert.equal(kept?.is_admin, false)
    const { data: changed } = await db
      .from('profiles')
      .update({ full_name: 'Ana S.' })
      .eq('id', ana.userId)
      .select()
      .single()
    assert.equal(changed.full_name, 'Ana S.')
  })
})

describe('the calling front-end', () => {
  const calling = clientOf(ana.token, '/compat/calling')

  test('starts, pauses and ends a campaign by its status', async () => {
    const { data: campaign, error } = await calling
      .from('campaigns')
      .insert({ user_id: ana.userId, title: 'Spring', status: 'pending', progress: 0, total_calls: 0, port_number: 1 })
      .select()
      .single()
    assert.equal(error, null)
    assert.deepEqual([campaign.title, campaign.status], ['Spring', 'pending'])
    const { error: unready } = await calling.from('campaigns').update({ status: 'running' }).eq('id', campaign.id)
    assert.match(unready?.message ?? '', /list|greeting|provider|start/i)
    const { error: wrong } = await calling.from('campaigns').update({ status: 'completed' }).eq('id', campaign.id)
    assert.match(wrong?.hint ?? '', /running, paused or cancelled/)
    const { data: read } = await calling
      .from('campaigns')
      .select('total_calls, answered_calls, transferred_calls, failed_calls, progress, status, contact_lists(name, id)')
      .eq('id', campaign.id)
      .single()
    assert.deepEqual([read?.status, read?.contact_lists], ['pending', null])
    const { data: jobs } = await calling
      .from('dialer_jobs')
      .select()
      .eq('campaign_id', campaign.id)
      .eq('user_id', ana.userId)
    assert.deepEqual(jobs, [])
    const quality = await calling
      .from('call_quality_metrics')
      .select('mos_score, jitter_ms')
      .eq('campaign_id', campaign.id)
    assert.deepEqual(quality.data, [])
    const { data: test } = await calling.functions.invoke('make-test-call', {
      body: { phoneNumber: '+15550100200', campaignId: campaign.id, userId: ana.userId },
    })
    assert.deepEqual([test.success, typeof test.message], [false, 'string'])
    const logs = await calling
      .from('call_logs')
      .select('*')
      .eq('user_id', ana.userId)
      .order('created_at', { ascending: false })
    assert.deepEqual(logs.data, [])
    assert.equal((await calling.from('campaigns').delete().eq('id', campaign.id)).error, null)
  })

  test('providers are trunks, devices and ports, and their passwords stay here', async () => {
    const { error } = await calling.from('user_trunks').insert([
      {
        trunk_name: 'Gateway',
        device_ip: '198.51.100.7',
        sip_user: 'goip1',
        sip_pass: 'secret-pass',
        status: 'active',
        port_number: 1,
        user_id: ana.userId,
      },
    ])
    assert.equal(error, null)
    const { data: trunks } = await calling
      .from('user_trunks')
      .select('port_number, trunk_name')
      .eq('user_id', ana.userId)
      .eq('status', 'active')
      .order('port_number')
    assert.deepEqual(trunks, [{ port_number: 1, trunk_name: 'Gateway' }])
    const { data: devices } = await calling.from('goip_devices').select('*').eq('user_id', ana.userId)
    const { data: ports } = await calling
      .from('goip_ports')
      .select('id, port_number, device_id, status, goip_devices!inner(user_id)')
      .eq('status', 'available')
      .eq('goip_devices.user_id', ana.userId)
    assert.equal(ports?.[0]?.device_id, devices?.[0]?.id)
    const { data: providers } = await calling.from('sip_providers').select('id, name, password').eq('active', true)
    assert.deepEqual(
      providers?.map(({ name, password }) => [name, password]),
      [['Gateway', null]],
    )
    assert.match(
      (await calling.from('goip_devices').insert({ device_name: 'G', ip_address: '198.51.100.8' })).error?.message ??
        '',
      /SIP provider/,
    )
    const { count } = await calling
      .from('user_trunks')
      .delete({ count: 'exact' })
      .eq('user_id', ana.userId)
      .eq('trunk_name', 'Gateway')
    assert.equal(count, 1)
  })

  test('a plan is chosen; its state is not the page’s to say', async () => {
    const { data: before } = await calling
      .from('subscriptions')
      .select('*')
      .eq('user_id', ana.userId)
      .eq('status', 'active')
      .maybeSingle()
    assert.equal(before, null)
    const wanted = { user_id: ana.userId, plan_id: 'pro', plan_name: 'Pro', status: 'active', current_period_end: null }
    const { data: chosen } = await calling
      .from('subscriptions')
      .upsert(wanted, { onConflict: 'user_id' })
      .select()
      .single()
    assert.deepEqual([chosen.plan_id, chosen.status], ['pro', 'incomplete'])
    // It is not the subscription before it is paid.
    const { data: after } = await calling.from('subscriptions').select('status').eq('user_id', ana.userId).maybeSingle()
    assert.equal(after, null)
    assert.deepEqual((await calling.from('payments').select('*').eq('user_id', ana.userId)).data, [])
  })
})

test('at the address of the server a table of two front-ends is that of the columns that are named', async () => {
  const { body: shop } = await ana.post('/api/shops', { name: 'Silva' })
  const ofShop = await db.from('conversations').select('id, platform').eq('shop_id', shop.id)
  assert.deepEqual([ofShop.error, ofShop.data], [null, []])
  const ofSales = await db.from('conversations').select('*').order('timestamp', { ascending: false })
  assert.deepEqual([ofSales.error, ofSales.data], [null, []])
})
