import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict } from '../../../platform/errors.ts'
import { addressKey } from '../../../platform/http/address-key.ts'
import { serverContext } from '../../../platform/services.ts'
import { hourlyLimit, mailLimit, requireAdmitted } from '../../identity/index.ts'

// A public order takes stock before anything is paid, so what one customer or one address can hold is limited. Many
// customers may share an address: an office, a mobile network.
const perAddress = { anHour: 30, unpaid: 20 }
const perCustomer = { anHour: 10, unpaid: 5 }

export interface PublicCustomer {
  /** The conversation whose token they showed. */
  conversationId: string | undefined
  /** The client's IP address. */
  address: string
}

/** Counts an order in its shop: by address, and by conversation, e-mail address or number. Throws 429. */
export async function requireFewOrders(
  ctx: Ctx,
  {
    conversationId,
    address,
    email,
    phone,
  }: PublicCustomer & { email?: string | undefined; phone?: string | undefined },
): Promise<void> {
  const { workspace_id } = await ctx.db.actor()
  const names = [conversationId, email, phone?.replace(/\D/g, '')].filter((name) => name !== undefined)
  const limits = [
    hourlyLimit(`order-address:${workspace_id}:${addressKey(address)}`, perAddress.anHour),
    ...names.map((name) => mailLimit(`placing:${workspace_id}`, name, perCustomer.anHour)),
  ]
  // Limits are the installation's, and stay counted when the order fails.
  const server = serverContext(ctx.services, { workspaceId: null })
  for (const admitted of await server.db.together(limits)) requireAdmitted(admitted, 'place an order')
}

/** The digest by which orders from one address are counted. The address itself is not stored. */
export const placedFrom = (ctx: Ctx, address: string): string =>
  createHmac('sha256', ctx.services.secrets.derive('shop/placed-from')).update(addressKey(address)).digest('base64url')

const isOpen = sql`o.placed_from is not null and o.status = 'pending' and o.payment_status in ('pending', 'failed')`

const countOpen = statement(
  'shop.count_open_public_orders',
  (_, p: { contact_id: string | null; placed_from: string }) => sql<{ from_address: number; of_contact: number }>`
    select (select count(*) from shop.orders o where o.placed_from = ${p.placed_from} and ${isOpen}) as from_address,
           (select count(*) from shop.orders o where o.contact_id = ${p.contact_id}::uuid and ${isOpen}) as of_contact`,
)

/**
 * Within the transaction that has placed an order, which holds the shop's row: so two at once cannot both pass. Throws
 * 409 `too_many_unpaid_orders`.
 */
export async function requireFewOpenOrders(
  ctx: Ctx,
  by: { contactId: string | null; placedFrom: string },
): Promise<void> {
  const open = await ctx.db.one(countOpen, { contact_id: by.contactId, placed_from: by.placedFrom })
  if (open.of_contact > perCustomer.unpaid || open.from_address > perAddress.unpaid) {
    throw conflict(
      'too_many_unpaid_orders',
      'Too many of your orders are not paid yet. Pay for one of them, or ask the shop.',
    )
  }
}
