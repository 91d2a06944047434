import { sql } from 'kysely'
import type { Ctx } from '../context.ts'
import { only } from '../database/scope.ts'
import { type Statement, statement } from '../database/statement.ts'
import type { StoredEvent } from '../events.ts'
import { type Position, laterOf } from './position.ts'

/** The result of one read of the log. */
export interface Reading {
  events: StoredEvent[]
  /** Everything the reader may see up to here has been found, unless `more`. */
  upTo: Position
  /** The limit cut it short: look again from the last event. */
  more: boolean
  /** Events wait for a transaction that is still running: look again soon. */
  waiting: boolean
  /** The begin of the log: earlier events have been deleted. */
  begin: Position
}

// Everything older than the oldest running transaction has committed or never will, so nothing can appear behind a
// reader that stays below. A writing transaction anywhere in the cluster holds readers up for as long as it lasts.
// `offset 0`: the horizon is worked out once. The newest of all says whether some wait, because `exists` would be
// planned for a log that is nearly empty, and read it whole from then on.
/** Exported for the test of its plan. */
export const horizon = statement(
  'events.horizon',
  () =>
    sql<Horizon>`
    select coalesce(newest.transaction_id >= x.horizon, false) as waiting,
           below.transaction as newest_transaction, below.sequence as newest_sequence
      from (select pg_snapshot_xmin(pg_current_snapshot()) as horizon offset 0) x
      left join lateral (
        select transaction_id from platform.events order by transaction_id desc, sequence desc limit 1) newest on true
      left join lateral (
        select e.transaction_id::text::bigint as transaction, e.sequence from platform.events e
         where e.transaction_id < x.horizon order by e.transaction_id desc, e.sequence desc limit 1) below on true`,
)

interface Horizon {
  waiting: boolean
  /** The last event below; nulls without one. */
  newest_transaction: number | null
  newest_sequence: number | null
}

const selectEvents = sql`
  select sequence, transaction_id::text::bigint as transaction, id, workspace_id, type, data, topics, created_at
    from platform.events`

interface After extends Position {
  limit: number
}

const after = (p: After) => sql`
  (transaction_id, sequence) > (${p.transaction}::text::xid8, ${p.sequence}::bigint)
  and transaction_id < pg_snapshot_xmin(pg_current_snapshot())`
const inOrder = (p: After) => sql`order by transaction_id, sequence limit ${p.limit}::int`

const allAfter = statement(
  'events.after.system',
  (_, p: After) => sql<StoredEvent>`${selectEvents} where ${after(p)} ${inOrder(p)}`,
)
const typesAfter = statement(
  'events.types_after.system',
  (_, p: After & { types: string[] }) =>
    sql<StoredEvent>`${selectEvents} where type = any(${p.types}) and ${after(p)} ${inOrder(p)}`,
)
const topicsAfter = statement(
  'events.topics_after.system',
  (_, p: After & { topics: string[] }) =>
    sql<StoredEvent>`${selectEvents} where topics && ${p.topics}::text[] and ${after(p)} ${inOrder(p)}`,
)

/** Under this name the subscribers' table says how far the log has been cut off. */
export const retentionName = 'retention'

const begin = statement(
  'events.begin',
  () =>
    sql<Position>`
    select transaction_id::text::bigint as transaction, sequence from platform.subscribers where name = ${retentionName}`,
)

export const readAll = (ctx: Ctx, from: Position, limit: number) => read(ctx, allAfter, { ...positionOf(from), limit })

export const readTypes = (ctx: Ctx, from: Position, types: string[], limit: number) =>
  read(ctx, typesAfter, { ...positionOf(from), limit, types })

export const readTopics = (ctx: Ctx, from: Position, topics: string[], limit: number) =>
  read(ctx, topicsAfter, { ...positionOf(from), limit, topics })

// Each statement has a snapshot of its own, hence the order: the horizon first, so that it promises nothing the events
// do not hold; the begin last, so that concurrent deletions are noticed.
async function read<P extends After>(ctx: Ctx, find: Statement<P, StoredEvent>, p: P): Promise<Reading> {
  const [horizons, events, [cut]] = await ctx.db.together([horizon.call({}), find.call(p), begin.call({})])
  const at = only(horizons)
  const more = events.length === p.limit
  const last = events.at(-1)
  return {
    events,
    more,
    waiting: at.waiting,
    upTo: last ? (more ? positionOf(last) : laterOf(positionOf(last), endOf(at, cut))) : endOf(at, cut),
    begin: cut ?? beforeAll,
  }
}

const beforeAll: Position = { transaction: 0, sequence: 0 }
const positionOf = ({ transaction, sequence }: Position): Position => ({ transaction, sequence })

// Always the position of an event: a transaction that wrote none may be forgotten in a crash of the database, and its number
// given out again, so no reader may have gone beyond it.
const endOf = ({ newest_transaction, newest_sequence }: Horizon, cut: Position = beforeAll): Position =>
  newest_transaction === null || newest_sequence === null
    ? cut
    : laterOf({ transaction: newest_transaction, sequence: newest_sequence }, cut)

/** Returns the position up to which all events can be read by now. */
export async function readEnd(ctx: Ctx): Promise<Position> {
  const [horizons, [cut]] = await ctx.db.together([horizon.call({}), begin.call({})])
  return endOf(only(horizons), cut)
}
