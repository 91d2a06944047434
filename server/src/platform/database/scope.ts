import type { Duplex } from 'node:stream'
import type pg from 'pg'
import { type Connections, type Lease, lease } from './connections.ts'
import { databaseError, isConnectionBroken } from './errors.ts'
import { sendOneByOne } from './one-by-one.ts'
import { type Row, sendTogether } from './round-trip.ts'
import type { Caller } from './shares.ts'
import type { Call, Statement } from './statement.ts'

/** The actor, as the session preamble found it. Nulls when no user is signed in or no workspace is chosen. */
export interface Actor {
  user_id: string | null
  workspace_id: string | null
  role: string | null
}

/** The check of the actor and its result. One for each context, shared by all its transactions. */
export interface AccessCheck {
  readonly caller: Caller
  readonly open: Preamble
  /** Set once the check has passed. */
  who?: Actor
  /** Until then: why the last attempt failed, as it was thrown. */
  failure?: unknown
}

/** The first statement of every transaction: it checks the actor and sets role, user and workspace for the policies. */
export type Preamble = (readOnly: boolean) => Call

/** The database as domain code sees it: every statement runs under row-level security as the context's actor. */
export interface Db {
  all<P, R>(statement: Statement<P, R>, parameters: P, options?: RunOptions): Promise<R[]>
  /** Returns the one row. Throws without one, which is a fault of the program. */
  one<P, R>(statement: Statement<P, R>, parameters: P, options?: RunOptions): Promise<R>
  maybe<P, R>(statement: Statement<P, R>, parameters: P, options?: RunOptions): Promise<R | undefined>
  /** Several calls in one round trip, all or nothing. Returns the rows of each, in the order of the calls. */
  together<const C extends readonly Call[]>(calls: C, options?: RunOptions): Promise<RowsOf<C>>
  /** Returns the actor. Free once a statement of this context has run. Throws 401, 403 or 404 when access is refused. */
  actor(): Promise<Actor>
}

/** The rows of each of these calls. */
export type RowsOf<C extends readonly Call[]> = { -readonly [K in keyof C]: C[K] extends Call<infer R> ? R[] : never }

/** Returns the row of a statement that always returns one. Throws without one, which is a fault of the program. */
export function only<R>([row]: R[]): R {
  if (row === undefined) throw new Error('A statement returned no row.')
  return row
}

export interface RunOptions {
  /** This is the work's last statement: commit in the same round trip. Ignored inside a nested `transaction`. */
  commit?: boolean
  /** For calls that set a longer `statement_timeout` themselves: that, in milliseconds. */
  timeLimitMs?: number
}

const slowMs = 1000
const begin: Call = { name: 'begin', text: 'begin', values: [] }
const commit: Call = { name: 'commit', text: 'commit', values: [] }
const rollback: Call = { name: 'rollback', text: 'rollback', values: [] }

/** `alone`: these calls are a whole transaction. Throws when the database is silent for longer than a statement may take. */
async function send(
  { pipelined, replyWithinMs, onSlow }: Connections,
  client: pg.PoolClient,
  calls: Call[],
  alone: boolean,
  timeLimitMs = 0,
): Promise<Row[][]> {
  const begun = performance.now()
  const timer = replyWithinMs === null ? undefined : setTimeout(() => giveUp(client), timeLimitMs + replyWithinMs)
  try {
    return await (pipelined ? sendTogether(client, calls) : sendOneByOne(client, calls, alone))
  } finally {
    clearTimeout(timer)
    const milliseconds = Math.round(performance.now() - begun)
    if (milliseconds > slowMs) {
      onSlow?.(
        calls.map(({ name }) => name),
        milliseconds,
      )
    }
  }
}

/** A server that vanished (power, network) would block until TCP times out, which takes minutes. */
function giveUp(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection
  stream.destroy(Object.assign(new Error('The database did not reply in time.'), { code: 'ETIMEDOUT' }))
}

function pass({ shares }: Connections, check: AccessCheck, opened: Row[] | undefined): void {
  check.who = opened?.[0] as unknown as Actor
  shares.note(check.caller, check.who)
}

function dbOver(
  run: (calls: readonly Call[], options: RunOptions) => Promise<Row[][]>,
  actor: () => Promise<Actor>,
): Db {
  const all = async <P, R>(statement: Statement<P, R>, parameters: P, options: RunOptions = {}) =>
    (await run([statement.call(parameters)], options))[0] as R[]
  return {
    all,
    async one(statement, parameters, options) {
      const [row] = await all(statement, parameters, options)
      if (row === undefined) throw new Error(`Statement ${statement.name} returned no row.`)
      return row
    },
    maybe: async (statement, parameters, options) => (await all(statement, parameters, options))[0],
    together: async <const C extends readonly Call[]>(calls: C, options: RunOptions = {}) =>
      (await run(calls, options)) as RowsOf<C>,
    actor,
  }
}

/** Each statement (or `together`) is a transaction of its own and one round trip: session preamble, statements, one Sync. */
export function standalone(connections: Connections, check: AccessCheck, readOnly: boolean): Db {
  const run = async (calls: readonly Call[]) => {
    let leased: Lease | undefined
    try {
      leased = await lease(connections, connections.shares.keyOf(check.caller))
      const [opened, ...results] = await send(connections, leased.client, [check.open(readOnly), ...calls], true)
      leased.release()
      pass(connections, check, opened)
      return results
    } catch (error) {
      leased?.release(isConnectionBroken(error))
      throw (check.failure = databaseError(error))
    }
  }
  return dbOver(run, async () => {
    if (!check.who) await run([])
    return check.who as Actor
  })
}

export interface Transaction {
  db: Db
  /** Calls to make together with the commit, decided at that moment: the outbox uses it. */
  atCommit(calls: () => Call[]): void
  finish(): Promise<void>
  abandon(): Promise<void>
}

/**
 * A transaction that begins with its first statement (`begin`, session preamble and statement in one round trip) and commits in
 * `finish`, together with what was left for the commit. One in which nothing ran costs nothing.
 */
export function lazyTransaction(connections: Connections, check: AccessCheck, readOnly: boolean): Transaction {
  let leased: Lease | undefined
  let state: 'fresh' | 'open' | 'done' = 'fresh'
  const leftForCommit: (() => Call[])[] = []
  const closing = () => leftForCommit.flatMap((make) => make())

  const run = async (calls: readonly Call[], options: RunOptions): Promise<Row[][]> => {
    if (state === 'done') throw new Error('This transaction has already been committed.')
    const last = Boolean(options.commit)
    // When the first statement is also the last, the one Sync is the whole transaction: no `begin`, no `commit`.
    const alone = last && state === 'fresh'
    const opening = state === 'open' ? [] : alone ? [check.open(readOnly)] : [begin, check.open(readOnly)]
    const ending = last ? [...closing(), ...(state === 'open' ? [commit] : [])] : []
    try {
      leased ??= await lease(connections, connections.shares.keyOf(check.caller))
      state = last ? 'done' : 'open'
      const results = await send(
        connections,
        leased.client,
        [...opening, ...calls, ...ending],
        alone,
        options.timeLimitMs,
      )
      if (opening.length > 0) pass(connections, check, results[opening.length - 1])
      if (last) release(false)
      return results.slice(opening.length, opening.length + calls.length)
    } catch (error) {
      await rollBack(error)
      throw (check.failure = databaseError(error))
    }
  }

  const release = (broken: boolean) => {
    leased?.release(broken)
    leased = undefined
  }

  const rollBack = async (error?: unknown) => {
    state = 'done'
    if (!leased) return
    if (error !== undefined && isConnectionBroken(error)) return release(true)
    try {
      await send(connections, leased.client, [rollback], false)
      release(false)
    } catch {
      // A connection that cannot roll back is thrown away; PostgreSQL rolls back when it closes.
      release(true)
    }
  }

  return {
    db: dbOver(run, async () => {
      if (!check.who) await run([], {})
      return check.who as Actor
    }),
    atCommit: (calls) => void leftForCommit.push(calls),
    async finish() {
      if (state === 'done') return
      if (state === 'open') await run([], { commit: true })
      else if (closing().length > 0) await run([], { commit: true })
    },
    abandon: () => rollBack(),
  }
}
