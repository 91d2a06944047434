import { sql } from 'kysely'
import { z } from 'zod'
import { transaction } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { statement } from '../../../platform/database/statement.ts'
import { job } from '../../../platform/jobs.ts'
import { sendMessage } from '../../../platform/mail/messages.ts'
import { formatMoney } from '../../../platform/money.ts'
import { serverContext } from '../../../platform/services.ts'
import { customerMailLimit } from '../../identity/index.ts'
import { type OrderRow, orderColumns } from './queries.ts'

/** The changes that the customer receives an e-mail about, each with the e-mail's first sentence. */
const sentences = {
  placed: 'Thank you for your order.',
  processing: 'Your order is being prepared.',
  completed: 'Your order is complete.',
  cancelled: 'Your order has been cancelled.',
  not_paid_in_time: 'Your order has been cancelled because it was not paid in time.',
  succeeded: 'Your payment has arrived. Thank you.',
  partially_refunded: 'Part of your payment has been refunded.',
  refunded: 'Your payment has been refunded.',
} as const
type MailReason = keyof typeof sentences
export const isMailReason = (value: string): value is MailReason => value in sentences

type OrderToMail = OrderRow & { recipient: string | null; shop_name: string; order_mails: boolean }

const find = statement(
  'shop.find_order_to_mail',
  (_, p: { id: string }) => sql<OrderToMail>`
    select ${orderColumns}, s.name as shop_name, s.order_mails, coalesce(o.email, c.email) as recipient
      from shop.orders o
      join shop.shops s on s.workspace_id = o.workspace_id
      left join contacts.contacts c on c.workspace_id = o.workspace_id and c.id = o.contact_id
     where o.id = ${p.id}`,
)

/** Maximum e-mails per hour from one shop to one address: anyone can place an order with any address. */
const mailsPerAddress = 20
/** Maximum e-mails per hour from one shop: anyone can create a shop and choose the texts in its orders. */
const mailsPerShop = 1_000

/** Sends the customer an e-mail about their order, if an address is known and the shop has not turned these e-mails off. */
export const mailCustomer = job({
  name: 'shop.mail_customer',
  input: z.object({ order_id: z.uuid(), news: z.enum(Object.keys(sentences) as [MailReason, ...MailReason[]]) }),
  async run(ctx, { order_id, news }) {
    const order = await ctx.db.maybe(find, { id: order_id })
    if (!order?.recipient || !order.order_mails) return
    const to = order.recipient
    // E-mails and limits belong to the installation, not to the workspace.
    await transaction(serverContext(ctx.services, { workspaceId: null }), async (ctx) => {
      const [admitted] = await ctx.db.together([
        customerMailLimit(order.workspace_id, to, mailsPerAddress, mailsPerShop),
      ])
      if (only(admitted).wait_seconds > 0)
        return ctx.log.warn(
          { order_id },
          'An e-mail to a customer was not sent: the hourly limit of the address or of the shop is reached.',
        )
      const shop = oneLine(order.shop_name)
      const subject = `${news === 'placed' ? 'Your' : 'About your'} order #${order.number} at ${shop}`
      await sendMessage(ctx, {
        channel: 'email',
        to,
        subject,
        text: toText(order, sentences[news]),
        onBehalfOf: order.workspace_id,
      })
    })
  },
})

function toText(order: OrderToMail, sentence: string): string {
  const lines = order.items.map(
    (item) =>
      `${item.quantity} x ${oneLine(item.product_name)}: ${formatMoney(item.price_minor * item.quantity, order.currency)}`,
  )
  return [
    `Hello ${oneLine(order.customer_name)},`,
    [sentence, ...(order.reserved_until ? [`Please pay by ${minuteOf(order.reserved_until)} UTC.`] : [])].join(' '),
    `Order #${order.number} of ${order.created_at.slice(0, 10)}`,
    [...lines, `Total: ${formatMoney(order.total_minor, order.currency)}`].join('\n'),
    `${oneLine(order.shop_name)}\n`,
  ].join('\n\n')
}

const minuteOf = (instant: string) => instant.slice(0, 16).replace('T', ' ')

/** Puts a text that a user entered on one line and cuts it to 100 characters. */
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 100)
