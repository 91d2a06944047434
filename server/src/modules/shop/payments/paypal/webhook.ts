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
import { type PaymentRow, paymentColumns, withPayment } from '../payment-row.ts'
import { fromPaypalAmount, paypal, PaypalCapture, PaypalRefund, stateOfCapture, stateOfRefund } from './paypal.ts'
import { type PaypalAccount, type PaypalClient, paypalClient } from './client.ts'
import { transmissionOf, verifyPaypalSignature } from './signature.ts'
import type { ProviderState } from '../provider.ts'
import { noteRefund } from '../refunds.ts'
import { idOrNull, isFirst } from '../webhook-inbox.ts'

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
  /** Whose PayPal app posts; undefined: the installation's. */
  shopId: string | undefined
}

/** What an event tells: of which payment, how that stands, and of a refund of it. */
interface News {
  customId: string | undefined
  state?: ProviderState
  refund?: z.output<typeof PaypalRefund>
  isApproved?: true
}

/**
 * Takes in what PayPal posts: verified, once, in one transaction with what it changes. What the customer has approved
 * is captured, for PayPal takes no money by itself. An app of a shop's own speaks for that shop alone; what is not about
 * a payment of ours is taken and left. Throws 400, 502, and 503 when not configured.
 */
export async function receivePaypal(services: Services, { body, headers, shopId }: PaypalPost): Promise<void> {
  const account = await accountOf(services, shopId)
  if (!account?.webhookId) throw unavailable('PayPal is not set up here.', 3600)
  // Before it is known who sent it, so no more than an event of theirs has.
  const posted = parseJson(body, { depth: 32, values: 5_000 })
  const client = paypalClient(services, account)
  await verifyPaypalSignature(services, client, account.webhookId, transmissionOf(headers), body)
  const event = validate(PaypalEvent, posted, 'body')
  const news = await newsOf(client, event)
  const [named, paymentId] = (news?.customId ?? '').split(':')
  const workspaceId = shopId ?? idOrNull(named)
  const id = idOrNull(paymentId)
  if (!news || !workspaceId || !id) return
  const ctx = serverContext(services, { workspaceId })
  const payment = await ctx.db.maybe(find, { id })
  if (!payment) return
  const state = news.isApproved ? await captured(services, account, ctx, payment) : news.state
  await transaction(ctx, async (ctx) => {
    if (!(await isFirst(ctx, 'paypal', { id: event.id, type: event.event_type }))) return
    await withPayment(ctx, id, async (ctx, payment) => {
      const known = state ? await applyState(ctx, payment, state, event.event_type) : payment
      if (news.refund) await noteRefund(ctx, known, toldOf(news.refund), event.event_type)
    })
  })
}

async function accountOf(services: Services, shopId: string | undefined): Promise<PaypalAccount | null> {
  if (!shopId) return installationCredentials(services.config, 'paypal')
  return ownCredentials(serverContext(services, { workspaceId: shopId }), 'paypal')
}

async function newsOf(client: PaypalClient, event: z.output<typeof PaypalEvent>): Promise<News | undefined> {
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
      // It may come before the news that the money came; the capture says that as well, and whose it is.
      const path = `/v2/payments/captures/${encodeURIComponent(captureId)}`
      const capture = await client.get(path, PaypalCapture)
      if (capture.isRefused) return undefined
      return { customId: capture.body.custom_id, state: stateOfCapture(capture.body), refund }
    }
    default:
      return undefined
  }
}

/** Undefined: it is not to be captured, because the order is cancelled or paid otherwise, or PayPal will not. */
async function captured(services: Services, account: PaypalAccount, ctx: Ctx, payment: PaymentRow) {
  return paypal(services, account)
    .confirm(ctx, payment)
    .catch((error: unknown) => {
      if (error instanceof AppError && error.status === 409) return undefined
      throw error
    })
}

const toldOf = (refund: z.output<typeof PaypalRefund>) => ({
  refundId: idOrNull(refund.custom_id?.split(':')[1]),
  amountMinor: fromPaypalAmount(refund.amount),
  result: stateOfRefund(refund),
})
