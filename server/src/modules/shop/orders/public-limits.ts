import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict } from '../../../platform/errors.ts'
import { addressKey } from '../../../platform/http/address-key.ts'
import { serverContext } from '../../../platform/services.ts'
import { hourlyLimit, mailLimit, requireAdmitted } from '../../identity/index.ts'

// A public order takes stock before it is paid, so the number of unpaid orders per customer and per IP address is
// limited. The limit per address is higher, because many customers can share one: an office, a mobile network.
const perAddress = { anHour: 30, unpaid: 20 }
const perCustomer = { anHour: 10, unpaid: 5 }

export interface PublicCustomer {
  /** The conversation of the request's visitor token. */
  conversationId: string | undefined
  /** The client's IP address. */
  address: string
}

/** Counts an order of the shop by IP address, and by conversation, e-mail address and number. Throws 429. */
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
  // Limits belong to the installation, and a failed order counts too.
  const server = serverContext(ctx.services, { workspaceId: null })
  for (const admitted of await server.db.together(limits)) requireAdmitted(admitted, 'place an order')
}

/** Returns the digest that identifies orders from one IP address. The address itself is not stored. */
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
 * Call within the transaction that placed the order. It holds a lock on the shop's row, so two concurrent orders cannot
 * both pass. Throws 409 `too_many_unpaid_orders`.
 */
export async function requireFewOpenOrders(
  ctx: Ctx,
  by: { contactId: string | null; placedFrom: string },
): Promise<void> {
  const open = await ctx.db.one(countOpen, { contact_id: by.contactId, placed_from: by.placedFrom })
  if (open.of_contact > perCustomer.unpaid || open.from_address > perAddress.unpaid) {
    throw conflict(
      'too_many_unpaid_orders',
      'You have too many unpaid orders. Pay for one of them, or contact the shop.',
    )
  }
}
