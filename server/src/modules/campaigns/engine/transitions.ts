import { sql } from 'kysely'
import type { CallStatus } from '../schema.ts'

/**
 * The states of a target (a contact in a campaign) and of an attempt (one dial), as the engine changes them.
 *
 *   target   queued ──begin──▶ dialling ──▶ ringing ──▶ answered ──▶ transferred
 *              ▲  │               │            │           │             │
 *              │  │               ├────────────┴───────────┴─────────────┴──▶ completed (answered), transferred
 *              │  │               ├────────────┬──────────────────────────▶ busy, no_answer, failed, cancelled
 *              │  │               └────────────┴─ any of them, node lost ──▶ unknown
 *              │  └─ claim finds that it may not be called ───────────────▶ do_not_call, cancelled, failed
 *              └──── withdrawn (no INVITE left), or to be tried again by the retry rule
 *
 *   attempt  the same from `dialling` on, without `queued`: a new try is a new attempt.
 *
 * What a person does: `withdrawTarget` cancels a queued one. A state without an exit is final.
 */
type Transitions = Record<CallStatus, readonly CallStatus[]>

const unanswered = ['busy', 'no_answer', 'failed', 'cancelled', 'unknown'] as const

export const attemptTransitions: Transitions = {
  queued: [],
  dialling: ['ringing', 'answered', ...unanswered],
  ringing: ['answered', ...unanswered],
  answered: ['transferred', 'completed', 'unknown'],
  transferred: ['unknown'],
  completed: [],
  busy: [],
  no_answer: [],
  failed: [],
  cancelled: [],
  do_not_call: [],
  unknown: [],
}

export const targetTransitions: Transitions = {
  ...attemptTransitions,
  queued: ['dialling', 'do_not_call', 'cancelled', 'failed'],
  dialling: [...attemptTransitions.dialling, 'queued'],
  ringing: [...attemptTransitions.ringing, 'queued'],
}

/** May a row that was `from` be found `to` later, with any number of changes between them? */
export function isReachable(transitions: Transitions, from: CallStatus, to: CallStatus): boolean {
  const found = new Set<CallStatus>([from])
  for (const status of found) for (const next of transitions[status]) found.add(next)
  return found.has(to)
}

/** All pairs of `isReachable` with a change in them, as rows of SQL: notes of one call are written together. */
export function reachablePairs(transitions: Transitions) {
  const statuses = Object.keys(transitions) as CallStatus[]
  const pairs = statuses.flatMap((from) =>
    statuses
      .filter((to) => to !== from && isReachable(transitions, from, to))
      .map((to) => sql`(${sql.lit(from)}, ${sql.lit(to)})`),
  )
  return sql`(${sql.join(pairs)})`
}
