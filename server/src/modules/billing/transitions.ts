import type { SubscriptionStatus } from './schema.ts'

/**
 * The phase of a subscription; `none` is a workspace without one. `paid` has a paid period, which is kept to its end: while
 * another paid plan waits for its payment (`switching`), before a free plan (`downgrading`) or before a cancellation
 * (`cancelling`). `owned` was paid once and has no end: it can only be followed by another paid plan, and stays until then.
 */
export type Phase =
  | 'none'
  | 'incomplete'
  | 'free'
  | 'paid'
  | 'owned'
  | 'switching'
  | 'downgrading'
  | 'cancelling'
  | 'canceled'

/** The events of a subscription. `choose_current`: the current plan is chosen. `paid_once`: a one-off plan was paid. */
export type Signal =
  | 'choose_free'
  | 'choose_paid'
  | 'choose_current'
  | 'cancel'
  | 'resume'
  | 'payment_recorded'
  | 'paid_once'
  | 'period_over'

export const transitions: Record<Phase, Partial<Record<Signal, Phase>>> = {
  none: { choose_free: 'free', choose_paid: 'incomplete' },
  incomplete: {
    choose_free: 'free',
    choose_paid: 'incomplete',
    choose_current: 'incomplete',
    cancel: 'canceled',
    payment_recorded: 'paid',
    paid_once: 'owned',
  },
  free: { choose_free: 'free', choose_paid: 'incomplete', choose_current: 'free', cancel: 'canceled' },
  paid: {
    choose_free: 'downgrading',
    choose_paid: 'switching',
    choose_current: 'paid',
    cancel: 'cancelling',
    payment_recorded: 'paid',
  },
  owned: { choose_paid: 'switching', choose_current: 'owned' },
  // From `owned`, `choose_current` leads back to it; the other two are refused there: see `refuseToEnd`.
  switching: {
    choose_free: 'downgrading',
    choose_paid: 'switching',
    choose_current: 'paid',
    cancel: 'cancelling',
    payment_recorded: 'paid',
    paid_once: 'owned',
  },
  // A payment still extends the period.
  downgrading: {
    choose_free: 'downgrading',
    choose_paid: 'switching',
    choose_current: 'paid',
    cancel: 'cancelling',
    payment_recorded: 'downgrading',
    period_over: 'free',
  },
  cancelling: {
    choose_free: 'downgrading',
    choose_paid: 'switching',
    choose_current: 'paid',
    cancel: 'cancelling',
    resume: 'paid',
    payment_recorded: 'cancelling',
    period_over: 'canceled',
  },
  canceled: { choose_free: 'free', choose_paid: 'incomplete' },
}

export const statusOf: Record<Exclude<Phase, 'none'>, SubscriptionStatus> = {
  incomplete: 'incomplete',
  free: 'active',
  paid: 'active',
  owned: 'active',
  switching: 'active',
  downgrading: 'active',
  cancelling: 'active',
  canceled: 'canceled',
}

/** The columns that determine the phase. */
export interface PhaseColumns {
  status: SubscriptionStatus
  current_period_end: string | null
  cancelled_at: string | null
  next_plan_id: string | null
  paid_once_at: string | null
  open_invoice_id: string | null
}

export function phaseOf(row: PhaseColumns | undefined): Phase {
  if (!row) return 'none'
  if (row.status !== 'active') return row.status
  if (row.cancelled_at !== null) return 'cancelling'
  if (row.next_plan_id !== null) return row.open_invoice_id === null ? 'downgrading' : 'switching'
  if (row.paid_once_at !== null) return 'owned'
  return row.current_period_end === null ? 'free' : 'paid'
}
