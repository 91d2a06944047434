import { randomBytes, randomUUID, sign } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32 } from 'node:zlib'
import type { Certified } from './certificate.ts'

interface Amount {
  currency_code: string
  value: string
}
interface Capture {
  id: string
  status: string
  amount: Amount
  custom_id?: string
  invoice_id?: string
  final_capture: boolean
  supplementary_data: { related_ids: { order_id: string } }
}
interface Refund {
  id: string
  status: string
  amount: Amount
  custom_id?: string
  links: { rel: string; href: string; method: string }[]
}
interface Order {
  id: string
  status: string
  intent: string
  create_time: string
  update_time: string
  purchase_units: {
    reference_id: string
    custom_id?: string
    invoice_id?: string
    amount: Amount
    payments?: { captures: Capture[] }
  }[]
  links: { rel: string; href: string; method: string }[]
}

type Answer = [status: number, body: object]
/** What happens to the next call besides what it asks. */
type Fault = 'lost response' | 'declined' | 'pending' | 'busy' | 'token revoked'

const refusal = (status: number, name: string, issue: string, description: string): Answer => [
  status,
  { name, message: 'The request cannot be done.', debug_id: 'f0', details: [{ issue, description }], links: [] },
]
const unprocessable = (issue: string, description: string) => refusal(422, 'UNPROCESSABLE_ENTITY', issue, description)
const notThere = refusal(404, 'RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID', 'Specified resource ID does not exist.')

/**
 * The parts of PayPal's REST API that an order needs, as developer.paypal.com documents them: it stores what it was sent, checks
 * it, knows the requests it has seen, and signs what it posts. `signer`: whose certificate it publishes.
 */
export async function startPaypal(
  app: { clientId: string; clientSecret: string; webhookId: string },
  signer: Certified & { chain: string },
) {
  const orders = new Map<string, Order>()
  const captures = new Map<string, Capture>()
  const refunds: (Refund & { captureId: string })[] = []
  const answered = new Map<string, Answer>()
  const tokens = new Set<string>()
  const faults: Fault[] = []
  const calls: string[] = []
  const postbacks: string[] = []
  let certificates = 1
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const path = String(request.url)
    calls.push(`${request.method} ${path}`)
    if (path.startsWith('/v1/notifications/certs/')) return void response.end(signer.chain)
    const [status, body] = answer(request, path, text)
    const isMade = request.method === 'POST' && status < 300
    if (isMade && faults[0] === 'lost response' && !path.includes('token'))
      return void (faults.shift(), response.destroy())
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  function answer(request: IncomingMessage, path: string, text: string): Answer {
    const { authorization } = request.headers
    if (path === '/v1/oauth2/token') {
      const basic = `Basic ${Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64')}`
      if (authorization !== basic) {
        return [401, { error: 'invalid_client', error_description: 'Client Authentication failed' }]
      }
      if (!new URLSearchParams(text).get('grant_type')) return [400, { error: 'unsupported_grant_type' }]
      const token = randomBytes(20).toString('hex')
      tokens.add(token)
      return [200, { scope: '', access_token: token, token_type: 'Bearer', app_id: 'APP-1', expires_in: 32_400 }]
    }
    if (faults[0] === 'token revoked') return (faults.shift(), tokens.clear(), unauthorized)
    if (!tokens.has(String(authorization).replace(/^Bearer /, ''))) return unauthorized
    if (faults[0] === 'busy') return (faults.shift(), [503, { name: 'SERVICE_UNAVAILABLE' }])
    const requestId = request.headers['paypal-request-id']
    const key = `${path} ${String(requestId)}`
    const seen = requestId && answered.get(key)
    if (seen) return seen
    const made = route(String(request.method), path, (text ? JSON.parse(text) : {}) as never)
    if (requestId && String(requestId).length > 108) return [400, { name: 'INVALID_REQUEST' }]
    if (requestId && made[0] < 500) answered.set(key, made)
    const isMinimal = request.method === 'POST' && request.headers.prefer !== 'return=representation'
    const { id, status, links } = made[1] as Order
    return isMinimal && id && made[0] < 300 && path.startsWith('/v2') ? [made[0], { id, status, links }] : made
  }

  const unauthorized: Answer = [
    401,
    { error: 'invalid_token', error_description: 'Token signature verification failed' },
  ]

  function route(method: string, path: string, body: never): Answer {
    const [, , area, kind, id = '', verb] = path.split('/')
    const order = kind === 'orders' && orders.get(id)
    const capture = kind === 'captures' && captures.get(id)
    if (method === 'POST' && path === '/v2/checkout/orders') return create(body)
    if (path === '/v1/notifications/verify-webhook-signature') return [200, { verification_status: verified(body) }]
    if (area === 'payments' && kind === 'refunds') {
      const found = refunds.find((refund) => refund.id === id)
      return found ? [200, found] : notThere
    }
    if (order && !verb) return [200, order]
    if (order && verb === 'capture') return take(order)
    if (capture && !verb) return [200, capture]
    if (capture && verb === 'refund') return refund(capture, body)
    return notThere
  }

  function create({ intent, purchase_units }: Pick<Order, 'intent' | 'purchase_units'>): Answer {
    const [unit] = purchase_units ?? []
    if (intent !== 'CAPTURE' || !unit || !/^\d+(\.\d{2})?$/.test(unit.amount.value)) {
      return refusal(400, 'INVALID_REQUEST', 'INVALID_PARAMETER_SYNTAX', 'The value of a field is invalid.')
    }
    if (
      !/^[A-Z]{3}$/.test(unit.amount.currency_code) ||
      (/JPY|HUF|TWD/.test(unit.amount.currency_code) && unit.amount.value.includes('.'))
    ) {
      return unprocessable('DECIMALS_NOT_SUPPORTED', 'Currency does not support decimals.')
    }
    const id = randomBytes(9).toString('hex').slice(0, 17).toUpperCase()
    const now = new Date().toISOString()
    const links = [
      { href: `${url}/v2/checkout/orders/${id}`, rel: 'self', method: 'GET' },
      { href: `https://www.sandbox.paypal.com/checkoutnow?token=${id}`, rel: 'approve', method: 'GET' },
      { href: `${url}/v2/checkout/orders/${id}/capture`, rel: 'capture', method: 'POST' },
    ]
    const order = { id, status: 'CREATED', intent, create_time: now, update_time: now, purchase_units, links }
    orders.set(id, order)
    return [201, order]
  }

  function take(order: Order): Answer {
    const unit = order.purchase_units[0] as Order['purchase_units'][0]
    if (order.status === 'COMPLETED') return unprocessable('ORDER_ALREADY_CAPTURED', 'Order already captured.')
    if (order.status !== 'APPROVED') return unprocessable('ORDER_NOT_APPROVED', 'Payer has not yet approved the Order.')
    const fault = faults[0] === 'declined' || faults[0] === 'pending' ? faults.shift() : undefined
    if (fault === 'declined') {
      return unprocessable('INSTRUMENT_DECLINED', 'The instrument presented was declined by the processor or bank.')
    }
    const capture: Capture = {
      id: randomBytes(9).toString('hex').slice(0, 17).toUpperCase(),
      status: fault === 'pending' ? 'PENDING' : 'COMPLETED',
      amount: unit.amount,
      ...(unit.custom_id && { custom_id: unit.custom_id }),
      ...(unit.invoice_id && { invoice_id: unit.invoice_id }),
      final_capture: true,
      supplementary_data: { related_ids: { order_id: order.id } },
    }
    captures.set(capture.id, capture)
    order.status = 'COMPLETED'
    order.update_time = new Date().toISOString()
    unit.payments = { captures: [capture] }
    return [201, order]
  }

  function refund(
    capture: Capture,
    { amount = capture.amount, custom_id }: { amount?: Amount; custom_id?: string },
  ): Answer {
    const cents = ({ value }: Amount) => Math.round(Number(value) * 100)
    const before = refunds
      .filter(({ captureId }) => captureId === capture.id)
      .reduce((sum, refund) => sum + cents(refund.amount), 0)
    if (before + cents(amount) > cents(capture.amount)) {
      return unprocessable(
        'REFUND_AMOUNT_EXCEEDED',
        'The refund amount must be less than or equal to the capture amount that has not yet been refunded.',
      )
    }
    capture.status = before + cents(amount) === cents(capture.amount) ? 'REFUNDED' : 'PARTIALLY_REFUNDED'
    const id = randomBytes(9).toString('hex').slice(0, 17).toUpperCase()
    const refund = {
      id,
      status: 'COMPLETED',
      amount,
      custom_id: custom_id ?? capture.custom_id ?? '',
      links: [
        { href: `${url}/v2/payments/refunds/${id}`, rel: 'self', method: 'GET' },
        { href: `${url}/v2/payments/captures/${capture.id}`, rel: 'up', method: 'GET' },
      ],
    }
    refunds.push({ ...refund, captureId: capture.id })
    return [201, refund]
  }

  const signatureOf = (id: string, time: string, body: string) =>
    sign('sha256', Buffer.from(`${id}|${time}|${app.webhookId}|${crc32(body)}`), signer.key).toString('base64')

  function verified(asked: Record<string, string> & { webhook_event: object }): string {
    postbacks.push(String(asked.transmission_id))
    const { transmission_id: id = '', transmission_time: time = '', transmission_sig, webhook_id } = asked
    const isSame = transmission_sig === signatureOf(id, time, JSON.stringify(asked.webhook_event))
    return isSame && webhook_id === app.webhookId ? 'SUCCESS' : 'FAILURE'
  }

  return {
    url,
    orders,
    captures,
    refunds,
    faults,
    /** `GET /path` of everything that was asked. */
    calls,
    /** Transmissions it was asked to verify. */
    postbacks,
    /** The customer approves it on PayPal's page. */
    approve(id: string): Order {
      const order = orders.get(id) as Order
      order.status = 'APPROVED'
      order.update_time = new Date(Date.parse(order.update_time) + 1000).toISOString()
      return order
    },
    /** A body and headers as PayPal posts them. */
    webhook(type: string, resource: object, id = `WH-${randomUUID()}`) {
      const event = { id, event_version: '1.0', create_time: new Date().toISOString(), event_type: type, resource }
      const body = JSON.stringify(event)
      const [transmission, time] = [randomUUID(), new Date().toISOString()]
      const headers = {
        'content-type': 'application/json',
        'paypal-transmission-id': transmission,
        'paypal-transmission-time': time,
        'paypal-transmission-sig': signatureOf(transmission, time, body),
        'paypal-cert-url': `${url}/v1/notifications/certs/CERT-360caa42-${certificates}`,
        'paypal-auth-algo': 'SHA256withRSA',
      }
      return { body, headers }
    },
    /** From now on its certificate is published at another address. */
    renewCertificate() {
      certificates++
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
