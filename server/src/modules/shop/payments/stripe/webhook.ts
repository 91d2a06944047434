import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, transaction } from '../../../../platform/context.ts'
import { statement } from '../../../../platform/database/statement.ts'
import { unavailable } from '../../../../platform/errors.ts'
import { parseJson } from '../../../../platform/http/json.ts'
import { validate } from '../../../../platform/http/parse.ts'
import { type Services, serverContext } from '../../../../platform/services.ts'
import { installationCredentials, ownCredentials } from '../../../integrations/index.ts'
import { applyState } from '../intents.ts'
import { type PaymentRow, paymentColumns, withPayment } from '../queries.ts'
import { recordProviderRefund } from '../refunds.ts'
import { fromStripeAmount, refundOf, type StripeIntent, type StripeRefund, stateOf } from './stripe.ts'
import { verifyStripeSignature } from './signature.ts'
import { idOrNull, markReceived } from '../webhook-inbox.ts'

const metadata = z
  .record(z.string(), z.string())
  .nullish()
  .transform((given) => given ?? {})
const StripeEvent = z.object({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  data: z.object({ object: z.looseObject({ object: z.string(), metadata }) }),
})
type StripeEvent = z.output<typeof StripeEvent>

const Intent = z.looseObject({ id: z.string(), status: z.string(), amount_received: z.number(), currency: z.string() })
const Refund = z.looseObject({
  id: z.string(),
  status: z.string(),
  amount: z.number(),
  currency: z.string(),
  payment_intent: z.string().nullable(),
})

const findByRef = statement(
  'shop.find_payment_by_ref',
  (_, p: { provider_ref: string; id: string | null }) => sql<PaymentRow>`
    select ${paymentColumns} from shop.payments
     where provider = 'stripe' and (provider_ref = ${p.provider_ref} or (id = ${p.id}::uuid and provider_ref is null))`,
)

export interface Posted {
  body: Buffer
  signature: string | undefined
  /** The shop whose own Stripe account sends the webhook. Default: the installation's account. */
  shopId: string | undefined
}

/**
 * Processes a Stripe webhook: verifies its signature, and applies it once, in one transaction. The account of a shop can
 * change that shop only. An event about an unknown payment is ignored. Throws 400, and 503 when not configured.
 */
export async function receiveStripe(services: Services, { body, signature, shopId }: Posted): Promise<void> {
  const secret = await secretOf(services, shopId)
  if (!secret) throw unavailable('Stripe is not configured.', 3600)
  verifyStripeSignature(body, signature, secret, services.now().getTime())
  const event = validate(StripeEvent, parseJson(body), 'body')
  const named = event.data.object.metadata.workspaceId
  const workspaceId = shopId ?? (z.uuid().safeParse(named).success ? named : undefined)
  if (!workspaceId) return
  await transaction(serverContext(services, { workspaceId }), async (ctx) => {
    if (await markReceived(ctx, 'stripe', event)) await act(ctx, event)
  })
}

async function secretOf(services: Services, shopId: string | undefined): Promise<string | undefined> {
  if (!shopId) return installationCredentials(services.config, 'stripe')?.webhookSecret
  return (await ownCredentials(serverContext(services, { workspaceId: shopId }), 'stripe'))?.webhookSecret
}

async function act(ctx: Ctx, { type, data: { object } }: StripeEvent): Promise<void> {
  if (object.object === 'payment_intent') {
    const intent = validate(Intent, object, 'body') as StripeIntent
    const payment = await paymentOf(ctx, intent.id, object.metadata.paymentId)
    if (payment) await withPayment(ctx, payment.id, (ctx, payment) => applyState(ctx, payment, stateOf(intent), type))
  } else if (object.object === 'refund') {
    const refund = validate(Refund, object, 'body') as StripeRefund
    const payment = refund.payment_intent && (await paymentOf(ctx, refund.payment_intent, undefined))
    if (!payment) return
    const reported = {
      refundId: idOrNull(object.metadata.refundId),
      amountMinor: fromStripeAmount(refund.amount, refund.currency),
      result: refundOf(refund),
    }
    await withPayment(ctx, payment.id, (ctx, payment) => recordProviderRefund(ctx, payment, reported, type))
  }
}

const paymentOf = (ctx: Ctx, provider_ref: string, id: string | undefined) =>
  ctx.db.maybe(findByRef, { provider_ref, id: idOrNull(id) })
