export { listPayments, recordPayment, type ReceivedPayment } from './payments.ts'
export { plansOf } from './plans.ts'
export { billingRoutes } from './routes.ts'
export { choosePlan, getSubscription } from './subscriptions.ts'
