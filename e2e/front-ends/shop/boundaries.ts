import { refused, unknownId } from '../answers.ts'
import type { Answer, Person } from '../front-end.ts'
import { onePixel, type Shop } from './fixture.ts'

/** The endpoints of the contract under `/api/shops/:shopId`. */
export const ofShop = [
  'GET /api/shops/:shopId',
  'PUT /api/shops/:shopId',
  'GET /api/shops/:shopId/products',
  'POST /api/shops/:shopId/products',
  'PUT /api/shops/:shopId/products/:productId',
  'DELETE /api/shops/:shopId/products/:productId',
  'GET /api/shops/:shopId/conversations',
  'GET /api/shops/:shopId/conversations/:conversationId',
  'PUT /api/shops/:shopId/conversations/:conversationId',
  'POST /api/shops/:shopId/conversations/:conversationId/messages',
  'GET /api/shops/:shopId/orders',
  'GET /api/shops/:shopId/orders/:orderId',
  'PUT /api/shops/:shopId/orders/:orderId/status',
  'GET /api/shops/:shopId/forms',
  'POST /api/shops/:shopId/forms',
  'PUT /api/shops/:shopId/forms/:formId',
  'POST /api/shops/:shopId/integrations/:platform/connect',
  'POST /api/shops/:shopId/integrations/:platform/disconnect',
  'POST /api/shops/:shopId/payments/intent',
  'POST /api/shops/:shopId/payments/confirm',
  'POST /api/shops/:shopId/payments/:id/refund',
  'GET /api/shops/:shopId/payments/:id',
  // The contract adds:
  'GET /api/shops/:shopId/team',
  'POST /api/shops/:shopId/team',
  'POST /api/shops/:shopId/products/:productId/image',
  'GET /api/shops/:shopId/conversations/:conversationId/messages',
  'POST /api/shops/:shopId/orders',
  'DELETE /api/shops/:shopId/forms/:formId',
  'GET /api/shops/:shopId/forms/:formId/submissions',
]

type Ids = Record<string, string>

/** `ids` has one id of each kind in the shop, by the parameter names of the paths. */
export async function checkOtherOwners({ bob }: Shop, ids: Ids): Promise<void> {
  for (const endpoint of ofShop) await refused(404, call(bob, endpoint, ids))
  // The path of one's own shop does not lead to records of another.
  const elsewhere = { ...ids, shopId: bob.workspaceId }
  for (const endpoint of ofShop.filter((path) => /:(product|conversation|order)Id|payments\/:id/.test(path)))
    await refused(404, call(bob, endpoint, elsewhere))
}

export async function checkAgent({ agent }: Shop, ids: Ids): Promise<void> {
  for (const endpoint of [
    'PUT /api/shops/:shopId',
    'POST /api/shops/:shopId/team',
    'POST /api/shops/:shopId/products',
    'PUT /api/shops/:shopId/products/:productId',
    'DELETE /api/shops/:shopId/products/:productId',
    'POST /api/shops/:shopId/forms',
    'PUT /api/shops/:shopId/forms/:formId',
    'DELETE /api/shops/:shopId/forms/:formId',
    'POST /api/shops/:shopId/integrations/:platform/connect',
    'POST /api/shops/:shopId/integrations/:platform/disconnect',
    'POST /api/shops/:shopId/payments/:id/refund',
  ])
    await refused(403, call(agent, endpoint, ids))
}

/** A valid body for each endpoint, so that a request can fail only for its caller. */
const bodies: Record<string, (ids: Ids) => unknown> = {
  'PUT /api/shops/:shopId': () => ({ name: 'Mine now' }),
  'POST /api/shops/:shopId/team': () => ({ email: 'eve@example.com' }),
  'POST /api/shops/:shopId/products': () => ({ name: 'Cup', retailPrice: 1 }),
  'PUT /api/shops/:shopId/products/:productId': () => ({ stock: 1 }),
  'PUT /api/shops/:shopId/conversations/:conversationId': () => ({ status: 'closed' }),
  'POST /api/shops/:shopId/conversations/:conversationId/messages': () => ({ text: 'Hello' }),
  'POST /api/shops/:shopId/orders': ({ productId }) => ({ customerName: 'Eve', items: [{ productId, quantity: 1 }] }),
  'PUT /api/shops/:shopId/orders/:orderId/status': () => ({ status: 'cancelled' }),
  'POST /api/shops/:shopId/forms': () => ({ name: 'F', fields: [{ name: 'a', type: 'text' }] }),
  'PUT /api/shops/:shopId/forms/:formId': () => ({ name: 'F' }),
  'POST /api/shops/:shopId/integrations/:platform/connect': () => ({ token: '111:good' }),
  'POST /api/shops/:shopId/payments/intent': ({ orderId }) => ({ orderId }),
  'POST /api/shops/:shopId/payments/confirm': ({ id }) => ({ paymentId: id }),
}

function call(person: Person, endpoint: string, ids: Ids): Promise<Answer> {
  const [method, template] = endpoint.split(' ') as [string, string]
  const path = template.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? unknownId)
  if (method === 'GET') return person.get(path)
  if (path.endsWith('/image')) {
    const form = new FormData()
    form.append('file', new Blob([onePixel]), 'mug.png')
    return person.post(path, form)
  }
  const verb = method.toLowerCase() as 'post' | 'put' | 'delete'
  return person[verb](path, verb === 'delete' ? undefined : (bodies[endpoint]?.(ids) ?? {}))
}
