import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createClient } from '@supabase/supabase-js'
import { sharedTestServer } from '../../../test/server.ts'

// What the shop's screens ask supabase-js for, with its own words.

const server = await sharedTestServer()
const ana = await server.signUp()
const { body: shop } = await ana.post('/api/shops', { name: 'Silva Ceramics', currency: 'EUR' })
const db = createClient(`${server.url}/compat/shop`, 'anon-key', {
  auth: { persistSession: false, autoRefreshToken: false },
  accessToken: () => Promise.resolve(ana.token),
})

describe('a shop over supabase-js', () => {
  test('is read with its team and items, and saved', async () => {
    const { data: mine } = await db.from('team_members').select('shop_id').eq('user_id', ana.userId)
    assert.deepEqual(mine, [{ shop_id: shop.id }])
    const saved = await db
      .from('shops')
      .update({ name: 'Silva & Co', logo_url: '/logo.png', assistant_tone: 'friendly', subscription_plan: 'Pro' })
      .eq('id', shop.id)
    assert.equal(saved.error, null)
    const { data, error } = await db
      .from('shops')
      .select('*, team_members (*, profiles (username, avatar_url)), items (*)')
      .eq('id', shop.id)
      .single()
    assert.equal(error, null)
    assert.deepEqual(
      [data.name, data.logo_url, data.assistant_tone, data.subscription_plan],
      ['Silva & Co', '/logo.png', 'friendly', null],
    )
    assert.deepEqual([data.owner_id, data.team_members[0].role, data.items], [ana.userId, 'owner', []])
    assert.equal(typeof data.team_members[0].profiles.username, 'string')
    const { data: taken } = await db
      .from('shops')
      .select('id')
      .ilike('custom_url_slug', 'silva')
      .neq('id', shop.id)
      .limit(1)
    assert.deepEqual(taken, [])
  })

  test('items are kept with all their columns, and their stock has a history', async () => {
    const { data: item, error } = await db
      .from('items')
      .insert({
        shop_id: shop.id,
        item_type: 'product',
        name: 'Espresso cup',
        description: null,
        facebook_subtitle: 'From [Price]',
        retail_price: 12.5,
        promo_price: 10,
        promo_start_date: '2027-01-01T00:00:00.000Z',
        promo_end_date: '2027-01-31',
        stock: 20,
        category: 'Cups',
        image_url: null,
        warranty: null,
        duration: null,
        location: null,
        form_id: null,
      })
      .select()
      .single()
    assert.equal(error, null)
    assert.deepEqual(
      [item.retail_price, item.facebook_subtitle, item.promo_start_date, item.stock],
      [12.5, 'From [Price]', '2027-01-01', 20],
    )
    const { data: changed } = await db
      .from('items')
      .update({ updated_at: new Date().toISOString(), retail_price: 13 })
      .eq('id', item.id)
      .eq('shop_id', shop.id)
      .select()
      .single()
    assert.equal(changed.retail_price, 13)
    const { data: less } = await db.rpc('update_stock', {
      p_item_id: item.id,
      p_change: -15,
      p_reason: 'Damaged',
      p_changed_by: null,
    })
    assert.deepEqual(less, { success: true, new_stock: 5 })
    const { data: never } = await db.rpc('update_stock', {
      p_item_id: item.id,
      p_change: -15,
      p_reason: 'Damaged',
      p_changed_by: null,
    })
    assert.equal(never.success, false)
    const { data: history } = await db
      .from('stock_history')
      .select('*, profiles (username, avatar_url)')
      .eq('item_id', item.id)
      .order('timestamp', { ascending: false })
      .limit(100)
    assert.deepEqual(history?.map(({ change, new_stock, reason }) => [change, new_stock, reason]).at(0), [
      -15,
      5,
      'Damaged',
    ])
    const { data: low } = await db.rpc('get_low_stock_items', { p_shop_id: shop.id, p_threshold: 10 })
    assert.deepEqual(
      low.map(({ id }: { id: string }) => id),
      [item.id],
    )
    const gone = await db.from('items').delete().eq('id', item.id).eq('shop_id', shop.id)
    assert.equal(gone.error, null)
  })

  test('forms, orders and ways to pay are kept', async () => {
    const { data: form, error } = await db
      .from('forms')
      .insert({
        shop_id: shop.id,
        name: 'Order',
        fields: [{ id: 'f1', label: 'Your name', type: 'Short Text', required: true }],
      })
      .select()
      .single()
    assert.equal(error, null)
    assert.deepEqual(form.fields[0].type, 'Short Text')
    const { data: renamed } = await db
      .from('forms')
      .update({ name: 'New' })
      .eq('id', form.id)
      .eq('shop_id', shop.id)
      .select()
      .single()
    assert.equal(renamed.name, 'New')
    const { data: item } = await db
      .from('items')
      .insert({ shop_id: shop.id, name: 'Bowl', retail_price: 30, stock: 3 })
      .select()
      .single()
    const { data: order, error: refused } = await db
      .from('form_submissions')
      .insert({
        shop_id: shop.id,
        submission_id: 'SUB-1',
        form_id: form.id,
        form_name: 'Order',
        status: 'pending',
        ordered_products: [{ productId: item.id, productName: 'Bowl', quantity: 2, unitPrice: 0.01 }],
        custom_fields: { 'Your name': 'Omar' },
        submitted_at: new Date().toISOString(),
      })
      .select()
      .single()
    assert.equal(refused, null)
    // The price is the catalogue's, whatever was sent.
    assert.deepEqual([order.total_amount, order.ordered_products[0].unitPrice, order.customer_name], [60, 30, 'Omar'])
    const { data: confirmed } = await db
      .from('form_submissions')
      .update({ status: 'Confirmed' })
      .eq('submission_id', order.submission_id)
      .select()
      .single()
    assert.equal(confirmed.status, 'confirmed')
    const { data: orders } = await db
      .from('form_submissions')
      .select('*')
      .eq('shop_id', shop.id)
      .order('submitted_at', { ascending: false })
    assert.equal(orders?.length, 1)
    const method = {
      shop_id: shop.id,
      name: 'KBZ',
      instructions: 'Transfer',
      qr_code_url: null,
      requires_proof: true,
      enabled: true,
    }
    const { data: paid } = await db.from('payment_methods').insert(method).select().single()
    assert.equal(paid.requires_proof, true)
    const { data: off } = await db
      .from('payment_methods')
      .update({ enabled: false })
      .eq('id', paid.id)
      .select()
      .single()
    assert.deepEqual([off.enabled, off.name], [false, 'KBZ'])
    assert.equal((await db.from('payment_methods').delete().eq('id', paid.id)).error, null)
    assert.deepEqual((await db.from('payment_methods').select('*').eq('shop_id', shop.id).order('created_at')).data, [])
    assert.equal((await db.from('forms').delete().eq('id', form.id)).error, null)
  })

  test('the inbox is read, answered, assigned and archived', async () => {
    const { data: conversation, error } = await db
      .from('conversations')
      .insert({
        shop_id: shop.id,
        customer_id: 'x',
        customer_name: 'Omar',
        platform: 'web',
        is_live: false,
        is_archived: false,
      })
      .select('*, messages (*)')
      .single()
    assert.equal(error, null)
    const { data: sent } = await db
      .from('messages')
      .insert({
        conversation_id: conversation.id,
        sender: 'bot',
        text: 'Hello',
        attachment: null,
        timestamp: new Date().toISOString(),
      })
      .select()
      .single()
    assert.deepEqual([sent.text, sent.sender], ['Hello', 'bot'])
    const { error: forged } = await db
      .from('messages')
      .insert({ conversation_id: conversation.id, sender: 'user', text: 'I want a refund' })
    assert.match(forged?.message ?? '', /customers/)
    await db.from('conversations').update({ is_live: true, assignee_id: ana.userId }).eq('id', conversation.id)
    const { data: open } = await db
      .from('conversations')
      .select('*, messages (*)')
      .eq('shop_id', shop.id)
      .eq('is_archived', false)
      .order('last_message_at', { ascending: false })
    assert.deepEqual(
      open?.map(({ is_live, assignee_id, messages }) => [is_live, assignee_id, messages.length]),
      [[true, ana.userId, 1]],
    )
    await db.from('conversations').update({ is_archived: true }).eq('id', conversation.id)
    assert.deepEqual(
      (await db.from('conversations').select('id').eq('shop_id', shop.id).eq('is_archived', false)).data,
      [],
    )
    const { data: messages } = await db
      .from('messages')
      .select('*')
      .eq('conversation_id', conversation.id)
      .order('timestamp', { ascending: true })
    assert.equal(messages?.length, 1)
  })

  test('colleagues are invited, and get the roles of the shop', async () => {
    const ben = await server.addMember(ana, 'agent')
    const { data: team } = await db.from('team_members').select('user_id, role').eq('shop_id', shop.id)
    assert.deepEqual(new Set(team?.map(({ role }) => role)), new Set(['owner', 'support_agent']))
    const changed = await db
      .from('team_members')
      .update({ role: 'admin' })
      .eq('shop_id', shop.id)
      .eq('user_id', ben.userId)
    assert.equal(changed.error, null)
    const { error } = await db
      .from('team_members')
      .update({ role: 'emperor' })
      .eq('shop_id', shop.id)
      .eq('user_id', ben.userId)
    assert.match(error?.hint ?? '', /Support Agent/)
    assert.equal((await db.from('team_members').delete().eq('shop_id', shop.id).eq('user_id', ben.userId)).error, null)
  })
})
