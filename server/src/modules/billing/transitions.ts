import type { SubscriptionStatus } from './schema.ts'

/**
 * Where a subscription stands; `none` is a workspace without one. `paid` has a period that was paid for, which is kept
 * to its end: while a larger plan waits for its payment (`switching`), before a free one (`downgrading`) or before there
 * is none (`cancelling`).
 */
export type Phase = 'none' | 'incomplete' | 'free' | 'paid' | 'switching' | 'downgrading' | 'cancelling' | 'canceled'

/** What can happen to it. `choose_current` is choosing the plan that it has. */
export type Signal =
  | 'choose_free'
  | 'choose_paid'
  | 'choose_current'
  | 'cancel'
  | 'resume'
  | 'payment_recorded'
  | 'period_over'

export const transitions: Record<Phase, Partial<Record<Signal, Phase>>> = {
  none: { choose_free: 'free', choose_paid: 'incomplete' },
  incomplete: {
    choose_free: 'free',
    choose_paid: 'incomplete',
    choose_current: 'incomplete',
    cancel: 'canceled',
    payment_recorded: 'paid',
  },
  free: { choose_free: 'free', choose_paid: 'incomplete', choose_current: 'free', cancel: 'canceled' },
  paid: {
    choose_free: 'downgrading',
    choose_paid: 'switching',
    choose_current: 'paid',
    cancel: 'cancelling',
    payment_recorded: 'paid',
  },
  switching: {
    choose_free: 'downgrading',
    choose_paid: 'switching',
    choose_current: 'paid',
    cancel: 'cancelling',
    payment_recorded: 'paid',
  },
  // A payment that comes all the same prolongs the period.
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
  switching: 'active',
  downgrading: 'active',
  cancelling: 'active',
  canceled: 'canceled',
}

/** What a row says about its phase. */
export interface Standing {
  status: SubscriptionStatus
  current_period_end: string | null
  cancelled_at: string | null
  next_plan_id: string | null
  open_invoice_id: string | null
}

export function phaseOf(row: Standing | undefined): Phase {
  if (!row) return 'none'
  if (row.status !== 'active') return row.status
  if (row.cancelled_at !== null) return 'cancelling'
  if (row.next_plan_id !== null) return row.open_invoice_id === null ? 'downgrading' : 'switching'
  return row.current_period_end === null ? 'free' : 'paid'
}
