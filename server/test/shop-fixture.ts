import type { SignedUp } from './server.ts'

/** A shop with one of everything, every text in it bearing the marker; ids by kind, as paths name them. */
export async function createShopFixture(
  owner: SignedUp,
  marker: string,
  contactId: string,
): Promise<Record<string, string>> {
  const made = async (path: string, body: unknown): Promise<Record<string, string>> => {
    const answer = await owner.post(path, body)
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`)
    return answer.body
  }
  const { id: shopId } = await made('/api/shops', { name: marker, description: marker })
  const shop = `/api/shops/${shopId}`
  const product = await made(`${shop}/products`, {
    name: marker,
    description: marker,
    category: marker,
    retailPrice: 5,
    stock: 1000,
    subtitle: marker,
    warranty: marker,
    location: marker,
    buttons: [{ type: 'postback', title: marker, payload: marker }],
  })
  await made(`${shop}/products/${product.id}/stock-changes`, { change: 1, reason: marker })
  const configured = await owner.put(`${shop}/configuration`, { quickNote: marker })
  if (configured.status !== 200) throw new Error(`Configuration: ${configured.text}`)
  const form = await made(`${shop}/forms`, { name: marker, fields: [{ name: 'email', type: 'email', required: true }] })
  await made(`/api/public${shop.slice(4)}/forms/${form.id}/submissions`, { values: { email: `${marker}@example.com` } })
  const order = await made(`${shop}/orders`, {
    customerName: marker,
    customerId: contactId,
    items: [{ productId: product.id, quantity: 1 }],
  })
  const payment = await made(`${shop}/payments/intent`, { orderId: order.id, provider: 'manual' })
  await made(`${shop}/payments/confirm`, { paymentId: payment.id })
  await made(`${shop}/payments/${payment.id}/refund`, { amount: 1 })
  const connection = await owner.post('/api/integrations', {
    name: marker,
    type: 'crm',
    settings: { note: marker },
    token: marker,
  })
  const credentials = { clientId: marker, clientSecret: marker }
  const saved = await owner.put(`${shop}/integrations/facebook/credentials`, credentials)
  if (saved.status !== 200) throw new Error(`Credentials: ${saved.text}`)
  await made(`${shop}/integrations/facebook/connect`, {})
  return {
    shops: String(shopId),
    // The row of the shop in the data API; other suites need the workspace itself under `shops`.
    'shop-rows': String(shopId),
    team: owner.userId,
    products: String(product.id),
    forms: String(form.id),
    orders: String(order.id),
    payments: String(payment.id),
    connections: String(connection.body.data.id),
  }
}
