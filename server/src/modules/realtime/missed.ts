import { createFairQueue } from '../../platform/fair-queue.ts'
import { gather } from '../../platform/gather.ts'
import { type Reading, readAll, readTopics } from '../../platform/outbox/log.ts'
import { type Position, isAfter } from '../../platform/outbox/position.ts'
import { type Services, serverContext } from '../../platform/services.ts'

/** Reads events after `from` with one of the topics, 200 at most where it reads for one client. */
export type ReadMissed = (from: Position, topics: () => Iterable<string>) => Promise<Reading>

interface Request {
  from: Position
  topics: () => Iterable<string>
}

const batchSize = 200
/** Clients that share one reading at most, and the events that it may find. */
const clientsTogether = 500
const eventsTogether = 500
/** Clients that read by themselves at the same time. */
const readingsAtOnce = 3

/**
 * When a node comes back all its clients resume at once, from nearly the same position. So one reading of the whole log
 * serves all that wait for one. A client that was away for longer, with more than 500 events since, reads by itself, few at
 * a time; the others wait for as long as it takes, because one that is sent away comes back and reads the same again.
 */
export function createMissedReader(services: Services): ReadMissed {
  const ctx = serverContext(services, { workspaceId: null, share: 'live' })
  const readings = createFairQueue({ limit: readingsAtOnce, maxWaitingPerKey: Infinity })

  const readTogether = gather(clientsTogether, async (requests: Request[]): Promise<(Reading | null)[]> => {
    let together = requests.toSorted((a, b) => (isAfter(a.from, b.from) ? -1 : 1))
    while (together.length > 1) {
      const whole = await readAll(ctx, (together.at(-1) as Request).from, eventsTogether)
      const served = new Set(together)
      if (!whole.more) return requests.map((request) => (served.has(request) ? partOf(whole, request) : null))
      // Those who were away for the longest go their own way.
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
