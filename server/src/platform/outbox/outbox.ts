import { sql } from 'kysely'
import type { Ctx } from '../context.ts'
import { withPatience } from '../database/patience.ts'
import { statement } from '../database/statement.ts'
import type { StoredEvent } from '../events.ts'
import type { NodeBus } from '../nodes.ts'
import { type Services, serverContext } from '../services.ts'
import { readAll, readEnd } from './log.ts'
import { type Position, laterOf } from './position.ts'
import { type Subscriber, type Worker, createWorker, registerSubscribers } from './subscriber.ts'

export interface Outbox {
  /** Events were committed: read the log now, on every node. */
  wake(): void
  /** Calls the listener with every event from now on, in order, on every node, without a stored position. It must not throw. Returns the function that stops it. */
  follow(listener: (event: StoredEvent) => void): () => void
  /** Every event up to here has been passed to the followers. */
  position(): Position
  start(services: Services): Promise<void>
  /** Stores the positions of new subscribers: they will handle every event after this, on whichever node and however late. */
  register(services: Services): Promise<void>
  /** Starts the subscribers of this node. */
  work(services: Services): Promise<void>
  stop(): Promise<void>
}

export interface OutboxOptions {
  bus: NodeBus
  subscribers: readonly Subscriber[]
  /** How often the log is read without a wake-up, default 1 s, in case notifications are lost. */
  pollMs?: number
}

const rebase = statement(
  'events.rebase.system',
  () => sql<{ moved: boolean }>`select platform.rebase_events() as moved`,
)

const batchSize = 500
/** The pause before reading again when a running transaction hides newer events. */
const waitMs = 20
/** Under load the log is read and other nodes are notified at this interval instead of after each commit: a NOTIFY is a commit too. */
const gatherMs = 10
const channel = 'outbox'

/**
 * Reads the log behind its writers. Each node follows its tail once, which feeds live clients and wakes the subscribers
 * of the types that were read.
 */
export function createOutbox({ bus, subscribers, pollMs = 1000 }: OutboxOptions): Outbox {
  const names = new Set(subscribers.map(({ name }) => name))
  if (names.size < subscribers.length) throw new Error('Two subscribers have the same name.')
  const followers = new Set<(event: StoredEvent) => void>()
  let workers: Worker[] = []
  let position: Position = { transaction: 0, sequence: 0 }
  let ctx: Ctx | undefined
  let timer: NodeJS.Timeout | undefined
  let reading: Promise<void> | undefined
  let again = false
  let readAt = 0
  let announcedAt = 0
  let announcement: NodeJS.Timeout | undefined

  const read = async (ctx: Ctx): Promise<number> => {
    for (;;) {
      const { events, upTo, more, waiting } = await readAll(ctx, position, batchSize)
      for (const event of events) {
        position = { transaction: event.transaction, sequence: event.sequence }
        for (const follower of followers) follower(event)
      }
      position = laterOf(position, upTo)
      const types = new Set(events.map(({ type }) => type))
      for (const worker of workers) if (worker.types.some((type) => types.has(type))) worker.run()
      if (!more) return waiting ? waitMs : pollMs
    }
  }

  const look = () => {
    again = true
    if (!ctx || reading) return
    clearTimeout(timer)
    const restMs = readAt + gatherMs - performance.now()
    if (restMs > 0) return void (timer = setTimeout(look, restMs))
    again = false
    reading = read(ctx)
      .catch((error: unknown) => {
        ctx?.log.warn({ err: error }, 'The event log could not be read; trying again.')
        return pollMs
      })
      .then((pauseMs) => {
        reading = undefined
        readAt = performance.now()
        if (ctx) timer = setTimeout(look, again ? gatherMs : pauseMs)
      })
  }

  // Notified after the commit, not in it: a transaction that notifies takes a lock on the whole cluster at its commit.
  // One message covers all commits of a moment, and events whose notification a crash prevented are found by the poll.
  const announce = () => {
    announcement ??= setTimeout(
      () => {
        announcement = undefined
        announcedAt = performance.now()
        bus.publish(channel, '')
      },
      Math.max(0, announcedAt + gatherMs - performance.now()),
    )
  }

  let poll: NodeJS.Timeout | undefined
  bus.listen(channel, look)

  return {
    wake() {
      look()
      announce()
    },
    follow(listener) {
      followers.add(listener)
      return () => void followers.delete(listener)
    },
    position: () => position,
    async start(services) {
      const everywhere = serverContext(services, { workspaceId: null, share: 'outbox' })
      const { moved } = await everywhere.db.one(rebase, {})
      if (moved) services.log.warn('The event log came from another database and was moved to the present.')
      position = await readEnd(everywhere)
      ctx = everywhere
      look()
    },
    async register(services) {
      if (subscribers.length > 0) await registerSubscribers(serverContext(services, { workspaceId: null }), subscribers)
    },
    async work(services) {
      await withPatience(services.log, () => this.register(services))
      workers = subscribers.map((subscriber) => createWorker(services, subscriber))
      for (const worker of workers) worker.run()
      // Another node may have died in the middle of a subscriber's work.
      poll = setInterval(() => workers.forEach((worker) => worker.run()), 10 * pollMs)
    },
    async stop() {
      ctx = undefined
      clearTimeout(timer)
      clearTimeout(announcement)
      clearInterval(poll)
      await reading
      await Promise.all(workers.map((worker) => worker.stop()))
    },
  }
}
