import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { visit, withoutChromium } from '../chromium.ts'
import { testOnBothDatabases } from '../databases.ts'
import { freePort } from '../ports.ts'
import { withScratch } from '../scratch.ts'
import { startSwitchboard } from '../switchboard.ts'
import { runCampaign } from './supabase/calling.ts'
import { recordSale } from './supabase/sales.ts'

// What the front-ends of supabase-js do, by the real client, with only its URL changed.

testOnBothDatabases('the calling and the sales front-end over supabase-js', (databaseUrl) =>
  withScratch('supabase', async (folder) => {
    await using server = await startSwitchboard({ folder, databaseUrl })
    await runCampaign(server.url)
    await recordSale(server.url)
  }),
)

test('a page of another allowed origin, in Chromium', { skip: withoutChromium }, () =>
  withScratch('supabase-chromium', async (folder) => {
    const port = await freePort()
    await using server = await startSwitchboard({
      folder,
      databaseUrl: null,
      settings: { CORS_ORIGINS: `http://127.0.0.1:${port}` },
    })
    const library = join(createRequire(import.meta.url).resolve('@supabase/supabase-js'), '../umd/supabase.js')
    const result = await visit({
      folder,
      port,
      files: { 'supabase.js': library },
      script: `
        const db = supabase.createClient(${JSON.stringify(server.url)} + '/compat/shop', 'anon-key')
        const step = async (name, query) => {
          const { data, error, count } = await query
          if (error) throw new Error(name + ': ' + error.message)
          return count ?? data
        }
        await step('signUp', db.auth.signUp({ email: 'ana@example.com', password: 'correct horse battery' }))
        const shop = await step('shop', db.from('shops').insert({ name: 'Silva' }).select().single())
        const heard = new Promise((resolve, reject) => {
          db.channel('orders').on('postgres_changes', { event: '*', schema: 'public', table: 'form_submissions', filter: 'shop_id=eq.' + shop.id }, resolve)
            .subscribe(async (status, error) => {
              if (error) reject(error)
              if (status !== 'SUBSCRIBED') return
              const item = await step('item', db.from('items').insert({ shop_id: shop.id, name: 'Cup', retail_price: 5, stock: 9 }).select().single())
              await step('order', db.from('form_submissions').insert({ shop_id: shop.id, ordered_products: [{ productId: item.id, quantity: 1 }], custom_fields: { name: 'Omar' } }))
              await step('update', db.from('items').update({ name: 'Mug' }).eq('id', item.id))
            })
        })
        const { new: order } = await heard
        const counted = await step('count', db.from('items').select('*', { count: 'exact', head: true }))
        const wrong = await db.from('nothing').select('*', { head: true })
        await step('upload', db.storage.from('receipts').upload(shop.id + '/a.txt', new Blob(['hello'])))
        const { data: file } = await db.storage.from('receipts').download(shop.id + '/a.txt')
        const refused = await db.functions.invoke('create-admin-user', { body: {} })
        await step('delete', db.from('items').delete().eq('shop_id', shop.id))
        await done({ order: order.total_amount, counted, wrong: Boolean(wrong.error), file: await file.text(), refused: Boolean(refused.error) })
      `,
    })
    assert.deepEqual(result, { order: 5, counted: 1, wrong: true, file: 'hello', refused: true })
  }),
)
