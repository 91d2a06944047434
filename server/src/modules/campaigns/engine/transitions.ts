import { type RawBuilder, sql } from 'kysely'
import type { CallStatus } from '../call-schema.ts'

/**
 * The states of a target (a contact in a campaign) and of an attempt (one dial), as the engine changes them.
 *
 *   target   queued ──begin──▶ dialling ──▶ ringing ──▶ answered ──▶ transferred
 *              ▲  │               │            │           │             │
 *              │  │               ├────────────┴───────────┴─────────────┴──▶ completed (answered), transferred
 *              │  │               ├────────────┬──────────────────────────▶ busy, no_answer, failed, cancelled
 *              │  │               └────────────┴─ any of them, node lost ──▶ unknown
 *              │  └─ claim: the contact may not be called ────────────────▶ do_not_call, cancelled, failed
 *              └──── released (no INVITE was sent), or to be retried by the retry rule
 *
 *   attempt  the same from `dialling` on, without `queued`: a new try is a new attempt.
 *
 * A member may withdraw a queued target (`withdrawTarget`), which cancels it. A target is finished when `finished_at` is
 * set and an attempt when `ended_at` is set; a state without an exit is final.
 *
 * Writers: claims.ts (claim, refuse, begin, releaseClaims), recorder.ts (results), recovery.ts (calls of lost nodes) and
 * ../withdrawal.ts. Each takes its guard and its new status from `change`, or its pairs from `reachablePairs`.
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

const allStatuses = Object.keys(attemptTransitions) as CallStatus[]

/**
 * Whether one statement may make this change: a single transition, or several of one call whose events are written
 * together. Never several calls, so `queued` is not passed through.
 */
export function isReachable(transitions: Transitions, from: CallStatus, to: CallStatus): boolean {
  if (transitions[from].includes(to)) return true
  const found = new Set<CallStatus>([from])
  for (const status of found) for (const next of attemptTransitions[status]) found.add(next)
  return to !== from && found.has(to)
}

/** Returns all pairs of `isReachable`, as rows of SQL. */
export function reachablePairs(transitions: Transitions) {
  const pairs = allStatuses.flatMap((from) =>
    allStatuses.filter((to) => isReachable(transitions, from, to)).map((to) => sql`(${sql.lit(from)}, ${sql.lit(to)})`),
  )
  return sql`(${sql.join(pairs)})`
}

/** A change that a statement makes. */
export interface Change {
  /** The new status, as a literal. */
  to: RawBuilder<unknown>
  /** `column` is one of the states that the change leads from: the statement's guard. */
  guard(column: string): RawBuilder<unknown>
}

/** Throws at load time when the table does not have the change. `from` default: every state that leads to `to`. */
export function change(transitions: Transitions, to: CallStatus, from = sourcesOf(transitions, to)): Change {
  const unknown = from.filter((status) => !transitions[status].includes(to))
  if (unknown.length > 0 || from.length === 0)
    throw new Error(`The table of transitions has no change from ${unknown.join(', ') || 'any state'} to ${to}.`)
  return { to: sql.lit(to), guard: (column) => isOneOf(column, from) }
}

const sourcesOf = (transitions: Transitions, to: CallStatus) =>
  allStatuses.filter((status) => transitions[status].includes(to))

const isOneOf = (column: string, list: readonly string[]) =>
  sql`${sql.ref(column)} in (${sql.join(list.map((status) => sql.lit(status)))})`

/** The target `alias` waits for its next call. A node may have claimed it. */
export const isQueued = (alias: string) => sql`${sql.ref(`${alias}.status`)} = 'queued'`

/** The target `alias` has its result and will not be called again. */
export const isFinished = (alias: string) => sql`${sql.ref(`${alias}.finished_at`)} is not null`

/** The target `alias` is not finished and no node has claimed it. Matches the index `targets_due`. */
export const isUnclaimed = (alias: string) =>
  sql`${sql.ref(`${alias}.finished_at`)} is null and ${sql.ref(`${alias}.node_id`)} is null`

/** The attempt `alias` has no result yet. */
export const isInProgress = (alias: string) => sql`${sql.ref(`${alias}.ended_at`)} is null`
