export { getOrderForPayment, setOrderPaymentStatus } from './order-payment.ts'
export type { OrderRow } from './order-row.ts'
