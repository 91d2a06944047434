import type { IncomingHttpHeaders } from 'node:http'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, transaction } from '../../../../platform/context.ts'
import { statement } from '../../../../platform/database/statement.ts'
import { AppError, unavailable } from '../../../../platform/errors.ts'
import { parseJson } from '../../../../platform/http/json.ts'
import { validate } from '../../../../platform/http/parse.ts'
import { type Services, serverContext } from '../../../../platform/services.ts'
import { installationCredentials, ownCredentials } from '../../../integrations/index.ts'
import { applyState } from '../intents.ts'
import { type PaymentRow, paymentColumns, withPayment } from '../queries.ts'
import { fromPaypalAmount, paypal, PaypalCapture, PaypalRefund, stateOfCapture, stateOfRefund } from './paypal.ts'
import { type PaypalAccount, type PaypalClient, paypalClient } from './client.ts'
import { transmissionOf, verifyPaypalSignature } from './signature.ts'
import type { ProviderState } from '../provider.ts'
import { recordProviderRefund } from '../refunds.ts'
import { idOrNull, markReceived } from '../webhook-inbox.ts'

const PaypalEvent = z.object({
  id: z.string().min(1).max(255),
  event_type: z.string().min(1).max(255),
  resource: z.looseObject({}),
})
const ApprovedOrder = z.object({ purchase_units: z.array(z.object({ custom_id: z.string().optional() })) })

const find = statement(
  'shop.find_paypal_payment',
  (_, p: { id: string }) => sql<PaymentRow>`
    select ${paymentColumns} from shop.payments where provider = 'paypal' and id = ${p.id}`,
)

export interface PaypalPost {
  body: Buffer
  headers: IncomingHttpHeaders
  /** The shop whose own PayPal app sends the webhook. Default: the installation's app. */
  shopId: string | undefined
}

/** What an event changes: the payment, its state and a refund. */
interface PaymentChange {
  customId: string | undefined
  state?: ProviderState
  refund?: z.output<typeof PaypalRefund>
  isApproved?: true
}

/**
 * Processes a PayPal webhook: verifies its signature, and applies it once, in one transaction. Captures an order that the
 * customer has approved, because PayPal does not capture it by itself. The app of a shop can change that shop only. An
 * event about an unknown payment is ignored. Throws 400, 502, and 503 when not configured.
 */
export async function receivePaypal(services: Services, { body, headers, shopId }: PaypalPost): Promise<void> {
  const account = await accountOf(services, shopId)
  if (!account?.webhookId) throw unavailable('PayPal is not configured.', 3600)
  // The sender is not verified yet, so the size is limited to that of a PayPal event.
  const posted = parseJson(body, { depth: 32, values: 5_000 })
  const client = paypalClient(services, account)
  await verifyPaypalSignature(services, client, account.webhookId, transmissionOf(headers), body)
  const event = validate(PaypalEvent, posted, 'body')
  const change = await changeOf(client, event)
  const [named, paymentId] = (change?.customId ?? '').split(':')
  const workspaceId = shopId ?? idOrNull(named)
  const id = idOrNull(paymentId)
  if (!change || !workspaceId || !id) return
  const ctx = serverContext(services, { workspaceId })
  const payment = await ctx.db.maybe(find, { id })
  if (!payment) return
  const state = change.isApproved ? await captured(services, account, ctx, payment) : change.state
  await transaction(ctx, async (ctx) => {
    if (!(await markReceived(ctx, 'paypal', { id: event.id, type: event.event_type }))) return
    await withPayment(ctx, id, async (ctx, payment) => {
      const updated = state ? await applyState(ctx, payment, state, event.event_type) : payment
      if (change.refund) await recordProviderRefund(ctx, updated, reportedRefund(change.refund), event.event_type)
    })
  })
}

async function accountOf(services: Services, shopId: string | undefined): Promise<PaypalAccount | null> {
  if (!shopId) return installationCredentials(services.config, 'paypal')
  return ownCredentials(serverContext(services, { workspaceId: shopId }), 'paypal')
}

async function changeOf(client: PaypalClient, event: z.output<typeof PaypalEvent>): Promise<PaymentChange | undefined> {
  switch (event.event_type) {
    case 'CHECKOUT.ORDER.APPROVED': {
      const order = validate(ApprovedOrder, event.resource, 'body')
      return { customId: order.purchase_units[0]?.custom_id, isApproved: true }
    }
    case 'PAYMENT.CAPTURE.COMPLETED':
    case 'PAYMENT.CAPTURE.PENDING':
    case 'PAYMENT.CAPTURE.DECLINED':
    case 'PAYMENT.CAPTURE.DENIED': {
      const capture = validate(PaypalCapture, event.resource, 'body')
      return { customId: capture.custom_id, state: stateOfCapture(capture) }
    }
    case 'PAYMENT.CAPTURE.REFUNDED':
    case 'PAYMENT.CAPTURE.REVERSED':
    case 'PAYMENT.REFUND.PENDING':
    case 'PAYMENT.REFUND.FAILED': {
      const refund = validate(PaypalRefund, event.resource, 'body')
      const captureId = refund.links
        ?.find(({ rel }) => rel === 'up')
        ?.href.split('/')
        .at(-1)
      if (!captureId) return undefined
      // It can arrive before the capture's own event. The capture has the payment's state and its custom id.
      const path = `/v2/payments/captures/${encodeURIComponent(captureId)}`
      const capture = await client.get(path, PaypalCapture)
      if (capture.isRefused) return undefined
      return { customId: capture.body.custom_id, state: stateOfCapture(capture.body), refund }
    }
    default:
      return undefined
  }
}

/** Captures an approved payment. Returns undefined when the order is cancelled or already paid, or PayPal refuses. */
async function captured(services: Services, account: PaypalAccount, ctx: Ctx, payment: PaymentRow) {
  return paypal(services, account)
    .confirm(ctx, payment)
    .catch((error: unknown) => {
      if (error instanceof AppError && error.status === 409) return undefined
      throw error
    })
}

const reportedRefund = (refund: z.output<typeof PaypalRefund>) => ({
  refundId: idOrNull(refund.custom_id?.split(':')[1]),
  amountMinor: fromPaypalAmount(refund.amount),
  result: stateOfRefund(refund),
})
