import type pg from 'pg'
import { connect } from './connect.ts'
import { Lane } from './lane.ts'
import { type Pace, quickMs } from './pace.ts'
import type { Row } from './round-trip.ts'
import type { Call } from './statement.ts'

/** Round trips behind each other on one connection, at most. */
const maxTrips = 4
interface Waiting {
  calls: readonly Call[]
  resolve(rows: Promise<Row[][]>): void
  reject(reason: unknown): void
}

/**
 * Reads in a transaction of its own and one round trip. When every connection is taken it goes out behind another read
 * that is known to be quick, instead of waiting for a connection: the database then finds its next work waiting and need
 * not be woken. Only behind reads, since a write may wait for a lock, even for one held by whoever waits for this.
 */
export function createSharedReads(pool: pg.Pool, pace: Pace): (calls: readonly Call[]) => Promise<Row[][]> {
  const lanes = new Set<Lane>()
  const queue: Waiting[] = []
  /** Connections asked for and not yet given. */
  let asked = 0

  // What waits to be parsed is not yet there for the next one, and may never be.
  const takesMore = ({ trips, headAge }: Lane) =>
    trips.length === 0 ||
    (trips.length < maxTrips &&
      headAge < quickMs &&
      trips.every(({ calls, parsing }) => parsing.length === 0 && pace.areQuick(calls)))
  // Whoever else waits for a connection gets one, since no read is put behind another meanwhile.
  const mayShare = () => pool.waitingCount <= asked

  const shortestLane = () => {
    let shortest: Lane | undefined
    for (const lane of lanes)
      if (lane.trips.length < (shortest?.trips.length ?? maxTrips) && takesMore(lane)) shortest = lane
    return shortest
  }

  const refill = (lane: Lane) => {
    while (queue.length > 0 && mayShare() && takesMore(lane)) {
      const { calls, resolve } = queue.shift() as Waiting
      resolve(lane.send(calls))
    }
  }

  const askForConnections = () => {
    while (asked < Math.min(queue.length, pool.options.max)) void askForConnection()
  }

  const askForConnection = async () => {
    asked++
    try {
      const client = await connect(pool).finally(() => asked--)
      if (queue.length > 0) openLane(client)
      else client.release()
    } catch (error) {
      queue.shift()?.reject(error)
      askForConnections()
    }
  }

  const openLane = (client: pg.PoolClient) => {
    const lane = new Lane(client, {
      answered(calls, milliseconds) {
        pace.note(calls, milliseconds)
        refill(lane)
      },
      drained(broken) {
        lanes.delete(lane)
        client.release(broken)
        askForConnections()
      },
    })
    lanes.add(lane)
    const { calls, resolve } = queue.shift() as Waiting
    resolve(lane.send(calls))
    refill(lane)
  }

  return (calls) => {
    const isExhausted = pool.idleCount + pool.options.max - pool.totalCount <= pool.waitingCount
    const lane = isExhausted && queue.length === 0 && mayShare() ? shortestLane() : undefined
    if (lane) return lane.send(calls)
    return new Promise((resolve, reject) => {
      queue.push({ calls, resolve, reject })
      askForConnections()
    })
  }
}
