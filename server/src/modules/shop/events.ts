import { z } from 'zod'
import { event } from '../../platform/events.ts'
import { timelineProjection } from '../contacts/index.ts'
import { formatMoney } from '../../platform/money.ts'
import { OrderRow } from './orders/queries.ts'
import { toOrder } from './orders/serializers.ts'
import { formSubmittedFrame } from './forms/serializers.ts'

const live = { event: 'order:update', scope: 'orders:read', frame: toOrder } as const

const subjectOf = ({ id }: OrderRow) => ({ kind: 'order', id })
const countOf = ({ items }: OrderRow) => items.reduce((sum, { quantity }) => sum + quantity, 0)

export const OrderPlaced = event(
  'order.placed',
  OrderRow,
  live,
  timelineProjection((order) => ({
    contact_id: order.contact_id,
    kind: 'order.placed',
    title: `Ordered ${countOf(order)} ${countOf(order) === 1 ? 'item' : 'items'} for ${formatMoney(order.total_minor, order.currency)}`,
    subject: subjectOf(order),
    details: { number: order.number },
  })),
)

export const OrderStatusChanged = event(
  'order.status_changed',
  OrderRow.extend({ before: z.string(), reason: z.enum(['not_paid_in_time']).optional() }),
  live,
  timelineProjection((order) => ({
    contact_id: order.contact_id,
    kind: `order.${order.status}`,
    title: `Order #${order.number} is ${order.status}${order.reason ? ': not paid in time' : ''}`,
    subject: subjectOf(order),
  })),
)

export const OrderPaymentChanged = event(
  'order.payment_changed',
  OrderRow.extend({ before: z.string() }),
  live,
  timelineProjection((order) => ({
    contact_id: order.contact_id,
    kind: `order.payment_${order.payment_status}`,
    title: `Payment of order #${order.number}: ${order.payment_status.replace('_', ' ')}`,
    subject: subjectOf(order),
  })),
)

/** A form was submitted. */
export const FormSubmitted = event(
  'form.submitted',
  z.object({ submission_id: z.uuid(), form_id: z.uuid(), form_name: z.string(), contact_id: z.uuid().nullable() }),
  { event: 'form:submitted', scope: 'form-submissions:read', frame: formSubmittedFrame },
  timelineProjection((submission) => ({
    contact_id: submission.contact_id,
    kind: 'form.submitted',
    title: `Filled in "${submission.form_name}"`,
    subject: { kind: 'form_submission', id: submission.submission_id },
    details: { form_id: submission.form_id },
  })),
)
