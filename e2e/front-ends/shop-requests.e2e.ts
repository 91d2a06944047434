import assert from 'node:assert/strict'
import { testOnBothDatabases } from '../databases.ts'
import { withScratch } from '../scratch.ts'
import { startSwitchboard } from '../switchboard.ts'
import { answered, assertShape } from './answers.ts'
import { manyFromOneAddress } from './contract.ts'
import { openFrontEnd } from './front-end.ts'
import { browserSend, openShopClient } from './shop/api-client.ts'
import { findChromium, openShopPage } from './shop/page.ts'
import { leaveShop, signIn, useOrders, useShop } from './shop/requests.ts'

const elsewhere = 'https://shop.example.com'

testOnBothDatabases('the shop front-end: its requests, from our origin and from another', (databaseUrl, t) =>
  withScratch('shop-requests', async (folder) => {
    const program = await findChromium()
    await using page = program ? await openShopPage(program) : undefined
    const settings = { ...manyFromOneAddress, CORS_ORIGINS: page ? `${elsewhere},${page.origin}` : elsewhere }
    await using server = await startSwitchboard({ folder, databaseUrl, settings })
    const visitor = openFrontEnd(server.url, { calls: [], frames: [] })
    for (const origin of [server.url, elsewhere]) {
      await t.test(`a page of ${origin === server.url ? 'our origin' : 'another origin'}`, async () => {
        const client = openShopClient(`${server.url}/compat/shop/api`, browserSend(origin))
        await signIn(client, `${origin === server.url ? 'ana' : 'bea'}@example.com`)
        const { shopId, shop, productId, formId } = await useShop(client, async (shopId) => {
          const visit = { customerName: 'Rui', text: 'Is it dishwasher safe?' }
          const { conversation } = await answered(201, visitor.post(`/api/public/shops/${shopId}/conversations`, visit))
          return conversation.id as string
        })
        await useOrders(client, shop, async () => {
          const order = { customerName: 'Rui', formId, items: [{ productId, quantity: 2 }] }
          const member = openFrontEnd(server.url, { calls: [], frames: [] }, client.token)
          const placed = await answered(201, member.post(`/api/shops/${shopId}/orders`, order))
          return placed.id as string
        })
        await leaveShop(client, shop, productId)
      })
    }
    await t.test('a page of another origin in Chromium', async (t) => {
      if (!page) return t.skip('Chromium is not installed.')
      const { live, ...report } = await page.run(
        `${server.url}/compat/shop/api`,
        `${server.url.replace('http', 'ws')}/compat/shop/ws`,
      )
      assert.equal(Object.keys(report).length, 7)
      for (const [step, read] of Object.entries(report)) assertShape(read, { success: true }, step)
      assert.deepEqual(live, ['shop:joined', 'shop:left'])
    })
    await t.test('a page of an origin that is not allowed reads nothing', async () => {
      const client = openShopClient(`${server.url}/compat/shop/api`, browserSend('https://evil.example.com'))
      await assert.rejects(client.request('GET', '/shops'), /Failed to fetch/)
    })
  }),
)
