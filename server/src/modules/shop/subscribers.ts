import { subscriber } from '../../platform/outbox/subscriber.ts'
import { notify } from '../notifications/index.ts'
import { FormSubmitted, OrderPaymentChanged, OrderPlaced, OrderStatusChanged } from './events.ts'
import { isMailReason, mailCustomer } from './orders/mail-customer.ts'
import { formatMoney } from '../../platform/money.ts'

/** Notifies the members who may read orders of a new order, and those who may read submissions of a new submission. */
export const notifyShopTeam = subscriber({
  name: 'shop.notify_team',
  types: [OrderPlaced, FormSubmitted],
  handle: (ctx, { data }) =>
    'form_name' in data
      ? notify(ctx, { title: 'New form', message: `"${data.form_name}" was filled in`, scope: 'form-submissions:read' })
      : notify(ctx, {
          title: 'New Order',
          message: `Order #${data.number} received: ${formatMoney(data.total_minor, data.currency)} from ${data.customer_name}`,
          scope: 'orders:read',
        }),
})

/** Sends the customer an e-mail when their order is placed, or its status or payment changes. */
export const mailCustomersOfShop = subscriber({
  name: 'shop.mail_customers',
  types: [OrderPlaced, OrderStatusChanged, OrderPaymentChanged],
  async handle(ctx, { type, data }) {
    const news =
      type === OrderPlaced.type
        ? 'placed'
        : type === OrderStatusChanged.type
          ? ('reason' in data && data.reason) || data.status
          : data.payment_status
    if (isMailReason(news)) await ctx.services.jobs.enqueue(ctx, mailCustomer, { order_id: data.id, news })
  },
})
