import { createFairQueue } from '../../platform/fair-queue.ts'
import { gather } from '../../platform/gather.ts'
import { type Reading, readAll, readTopics } from '../../platform/outbox/log.ts'
import { type Position, isAfter } from '../../platform/outbox/position.ts'
import { type Services, serverContext } from '../../platform/services.ts'

/** Returns events after `from` with one of the topics; at most 200 when it reads for a single client. */
export type ReadMissed = (from: Position, topics: () => Iterable<string>) => Promise<Reading>

interface Request {
  from: Position
  topics: () => Iterable<string>
}

const batchSize = 200
/** The most clients that share one reading, and the most events in it. */
const maxSharedClients = 500
const maxSharedEvents = 500
/** The most concurrent readings for single clients. */
const maxReadings = 3

/**
 * After a restart all clients of a node resume at once from nearly the same position, so one reading of the whole log serves
 * all that wait. A client with more than 500 missed events gets a reading of its own, three at a time. There is no limit to
 * the wait, because a client that is refused reconnects and reads the same events again.
 */
export function createMissedReader(services: Services): ReadMissed {
  const ctx = serverContext(services, { workspaceId: null, share: 'live' })
  const readings = createFairQueue({ limit: maxReadings, maxWaitingPerKey: Infinity })

  const readTogether = gather(maxSharedClients, async (requests: Request[]): Promise<(Reading | null)[]> => {
    let together = requests.toSorted((a, b) => (isAfter(a.from, b.from) ? -1 : 1))
    while (together.length > 1) {
      const whole = await readAll(ctx, (together.at(-1) as Request).from, maxSharedEvents)
      const served = new Set(together)
      if (!whole.more) return requests.map((request) => (served.has(request) ? partOf(whole, request) : null))
      // The half with the oldest positions reads separately.
      together = together.slice(0, together.length >> 1)
    }
    return requests.map(() => null)
  })

  return async (from, topics) =>
    (await readTogether({ from, topics })) ??
    (await readings.run('', () => readTopics(ctx, from, [...topics()], batchSize)))
}

function partOf(whole: Reading, { from, topics }: Request): Reading {
  const wanted = new Set(topics())
  const events = whole.events.filter((event) => isAfter(event, from) && event.topics.some((topic) => wanted.has(topic)))
  return { ...whole, events }
}
