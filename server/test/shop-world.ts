import type { SignedUp } from './server.ts'

/** A shop with one of everything, every text in it bearing the canary; ids by kind, as paths name them. */
export async function createShopWorld(
  owner: SignedUp,
  canary: string,
  contactId: string,
): Promise<Record<string, string>> {
  const made = async (path: string, body: unknown): Promise<Record<string, string>> => {
    const answer = await owner.post(path, body)
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`)
    return answer.body
  }
  const { id: shopId } = await made('/api/shops', { name: canary, description: canary })
  const shop = `/api/shops/${shopId}`
  const product = await made(`${shop}/products`, {
    name: canary,
    description: canary,
    category: canary,
    retailPrice: 5,
    stock: 1000,
  })
  const form = await made(`${shop}/forms`, { name: canary, fields: [{ name: 'email', type: 'email', required: true }] })
  await made(`/api/public${shop.slice(4)}/forms/${form.id}/submissions`, { values: { email: `${canary}@example.com` } })
  const order = await made(`${shop}/orders`, {
    customerName: canary,
    customerId: contactId,
    items: [{ productId: product.id, quantity: 1 }],
  })
  return {
    shops: String(shopId),
    team: owner.userId,
    products: String(product.id),
    forms: String(form.id),
    orders: String(order.id),
  }
}
