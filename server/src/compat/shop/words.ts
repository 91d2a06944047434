import { badRequest } from '../../platform/errors.ts'

// The front-end's words for the states and roles that have other names here.

/** The roles of its team page. */
export const roleWords: Readonly<Record<string, string>> = {
  owner: 'Owner',
  admin: 'Admin',
  sales_manager: 'Order Manager',
  sales_rep: 'Order Manager',
}

/** Returns the front-end's word for a role. Roles that it does not know work with conversations and orders only. */
export const toRoleWord = (role: string): string => roleWords[role] ?? 'Support Agent'

const statusWords: Readonly<Record<string, string>> = {
  pending: 'Pending',
  processing: 'Confirmed',
  completed: 'Completed',
  cancelled: 'Cancelled',
}

/** Returns the front-end's word for the status of an order. A completed order whose payment was refunded was returned. */
export function toStatusWord({ status, paymentStatus }: { status: string; paymentStatus: string }): string {
  return status === 'completed' && paymentStatus === 'refunded' ? 'Return' : (statusWords[status] ?? status)
}

const statusOfWords: Readonly<Record<string, string>> = {
  pending: 'pending',
  confirmed: 'processing',
  processing: 'processing',
  completed: 'completed',
  cancelled: 'cancelled',
}

/** Returns the status for a front-end's word. Throws 400 for `Return`, which is a refund, and for an unknown word. */
export function fromStatusWord(word: string): string {
  const status = statusOfWords[word.toLowerCase()]
  if (status) return status
  const hint =
    word.toLowerCase() === 'return'
      ? 'An order is returned by refunding its payment.'
      : 'Must be Pending, Confirmed, Completed or Cancelled.'
  throw badRequest('invalid_input', `status: ${hint}`, [{ path: 'body.status', message: hint }])
}

const planWords: Readonly<Record<string, string>> = { starter: 'plan_starter', pro: 'plan_pro', business: 'plan_pro' }

/** Returns the front-end's id of a plan. It has no word for a free plan and for none; its trial has no limits. */
export const toPlanWord = (plan: string | null): string => (plan === null ? 'Trial' : (planWords[plan] ?? 'Trial'))
