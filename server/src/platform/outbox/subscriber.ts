import { sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, transaction } from '../context.ts'
import { statement } from '../database/statement.ts'
import { AppError } from '../errors.ts'
import type { EventType, StoredEvent } from '../events.ts'
import { type Services, serverContext } from '../services.ts'
import { readEnd, readTypes } from './log.ts'
import { type Position, comparePositions, isAfter, laterOf } from './position.ts'

/**
 * A handler that is run once for every event of some types: in order, on one node at a time, from when the subscriber was
 * first started. `handle` runs as the server in the event's workspace, inside a transaction that also moves the
 * subscriber on, so what it changes in the database happens exactly once. It must not wait for the outside: it enqueues
 * a job for that. When it throws, it is tried again with growing pauses, and after `attempts` the event is stored in
 * `platform.failed_events`.
 */
export interface Subscriber {
  /** Never changed: it is the key of the position. */
  readonly name: string
  readonly types: readonly string[]
  /** Attempts before an event is stored as failed, default 10 (over about 100 s). */
  readonly attempts: number
  handle(ctx: Ctx, event: StoredEvent): Promise<void>
}

export function subscriber<const T extends readonly EventType[]>(definition: {
  name: string
  types: T
  attempts?: number
  handle(ctx: Ctx, event: StoredEvent<z.output<T[number]['data']>>): Promise<void>
}): Subscriber {
  const { name, types, attempts = 10, handle } = definition
  return { name, attempts, types: types.map(({ type }) => type), handle }
}

const register = statement(
  'subscribers.register.system',
  (_, p: { names: string[] } & Position) =>
    sql`insert into platform.subscribers (name, transaction_id, sequence)
      select name, ${p.transaction}::text::xid8, ${p.sequence}::bigint from unnest(${p.names}::text[]) name
      on conflict do nothing`,
)

/** Those that are new act on what happens from here on. */
export async function registerSubscribers(ctx: Ctx, subscribers: readonly Subscriber[]): Promise<void> {
  await ctx.db.all(register, { names: subscribers.map(({ name }) => name), ...(await readEnd(ctx)) })
}

const findPosition = statement(
  'subscribers.position.system',
  (_, p: { name: string }) =>
    sql<Position>`select transaction_id::text::bigint as transaction, sequence from platform.subscribers where name = ${p.name}`,
)

interface Turn {
  name: string
  fromTransaction: number
  fromSequence: number
  toTransaction: number
  toSequence: number
}
const takeTurn = statement(
  'subscribers.take_turn',
  (_, p: Turn) =>
    sql<{ mine: boolean }>`select platform.take_turn(
    ${p.name}, ${p.fromTransaction}::text::xid8, ${p.fromSequence}::bigint,
    ${p.toTransaction}::text::xid8, ${p.toSequence}::bigint) as mine`,
)
const storeFailed = statement(
  'subscribers.store_failed.system',
  (_, p: { subscriber: string; id: string; workspaceId: string | null; type: string; data: string; error: string }) =>
    sql`insert into platform.failed_events (subscriber, event_id, workspace_id, type, data, error)
        values (${p.subscriber}, ${p.id}, ${p.workspaceId}, ${p.type}, ${p.data}::jsonb, ${p.error}) on conflict do nothing`,
)

const batchSize = 100
const firstPauseMs = 100
const longestPauseMs = 60_000
/** An idle subscriber notes how far it has looked this often, so that a restart need not look there again. */
const noteEveryMs = 10_000

export interface Worker {
  readonly types: readonly string[]
  /** Works until nothing is left. Calls during that make it look once more. */
  run(): void
  stop(): Promise<void>
}

/** Runs one subscriber on this node; other nodes run the same one, and each event is one node's. */
export function createWorker(services: Services, of: Subscriber): Worker {
  const everywhere = serverContext(services, { workspaceId: null, share: 'outbox' })
  const log = services.log.child({ subscriber: of.name })
  // `stored`: the position in the database, unless another node moved it. `seen`: up to here this node found no more events.
  let stored: Position | undefined
  let seen: Position = { transaction: 0, sequence: 0 }
  let notedAt = 0
  let failures = 0
  let again = false
  let stopped = false
  let working: Promise<void> | undefined
  let pause: NodeJS.Timeout | undefined

  const move = async (ctx: Ctx, to: Position) => {
    const from = stored as Position
    const { mine } = await ctx.db.one(takeTurn, {
      name: of.name,
      fromTransaction: from.transaction,
      fromSequence: from.sequence,
      toTransaction: to.transaction,
      toSequence: to.sequence,
    })
    return mine
  }

  /** Returns false when another node handles it. */
  const handle = async (event: StoredEvent): Promise<boolean> => {
    const as = serverContext(services, { workspaceId: event.workspace_id })
    const mine = await transaction(as, async (ctx) => {
      if (!(await move(ctx, event))) return false
      await of.handle(ctx, event)
      return true
    })
    failures = 0
    return mine
  }

  const skipFailed = async (event: StoredEvent, error: unknown): Promise<boolean> => {
    log.error(
      { err: error, event_id: event.id, type: event.type },
      'A subscriber failed too often on an event, which was stored in platform.failed_events.',
    )
    failures = 0
    return transaction(everywhere, async (ctx) => {
      if (!(await move(ctx, event))) return false
      await ctx.db.all(storeFailed, {
        subscriber: of.name,
        id: event.id,
        workspaceId: event.workspace_id,
        type: event.type,
        data: JSON.stringify(event.data),
        error: String(error),
      })
      return true
    })
  }

  const tryHandle = async (event: StoredEvent): Promise<boolean> => {
    try {
      return await handle(event)
    } catch (error) {
      // A database that is away or busy is no fault of the event.
      const transient = error instanceof AppError && error.status === 503
      if (transient || ++failures < of.attempts) throw error
      return skipFailed(event, error)
    }
  }

  /** Returns true when another node is handling these events, or has done so. */
  const handleAll = async (events: StoredEvent[]): Promise<boolean> => {
    for (const event of events) {
      if (stopped) return false
      if (!(await tryHandle(event))) return true
      stored = { transaction: event.transaction, sequence: event.sequence }
    }
    return false
  }

  const work = async () => {
    for (;;) {
      if (stopped) return
      again = false
      stored ??= await everywhere.db.maybe(findPosition, { name: of.name })
      if (!stored) return
      const reading = await readTypes(everywhere, laterOf(stored, seen), [...of.types], batchSize)
      const lost = await handleAll(reading.events)
      if (lost) {
        const moved = await everywhere.db.maybe(findPosition, { name: of.name })
        // Not moved: another node is at it this very moment, and goes on until nothing is left.
        if (!moved || comparePositions(moved, stored) === 0) return
        stored = moved
        continue
      }
      if (stopped) return
      seen = laterOf(seen, reading.upTo)
      if (!reading.more && !again) return
    }
  }

  const note = async () => {
    if (!stored || !isAfter(seen, stored) || Date.now() - notedAt < noteEveryMs) return
    notedAt = Date.now()
    const mine = await transaction(everywhere, (ctx) => move(ctx, seen))
    stored = mine ? seen : undefined
  }

  const run = () => {
    again = true
    if (working || pause || stopped) return
    working = work()
      .then(note)
      .catch((error: unknown) => {
        const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures)
        log.warn({ err: error, retry_in_ms: pauseMs }, 'A subscriber failed and will try again.')
        stored = undefined
        pause = setTimeout(() => {
          pause = undefined
          run()
        }, pauseMs)
      })
      .finally(() => {
        working = undefined
        if (again && !pause && stored) run()
      })
  }

  return {
    types: of.types,
    run,
    async stop() {
      stopped = true
      clearTimeout(pause)
      await working
    },
  }
}
