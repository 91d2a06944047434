import type pg from 'pg'
import { type Errand, createCompany } from './company.ts'
import { onConnection } from '../connect.ts'
import { Pace } from './pace.ts'
import { type Row, sendTogether } from '../round-trip.ts'
import type { Call } from '../statement.ts'

/** How errands share round trips and connections. Answers the rows of the opener and of each call. */
export interface Sharing {
  read(errand: Errand): Promise<Row[][]>
  write(errand: Errand): Promise<Row[][]>
}

const sharings = new WeakMap<pg.Pool, Sharing>()

export function sharingOf(pool: pg.Pool): Sharing {
  let sharing = sharings.get(pool)
  if (!sharing) sharings.set(pool, (sharing = createSharing(pool)))
  return sharing
}

// Reads and writes do not share: a read-only transaction stays one, and no read waits for a writer's lock.
function createSharing(pool: pg.Pool): Sharing {
  const pace = new Pace()
  const carry = (calls: readonly Call[]) =>
    onConnection(pool, async (client) => {
      const sentAt = performance.now()
      const rows = await sendTogether(client, calls)
      pace.note(calls, performance.now() - sentAt)
      return rows
    })
  return { read: createCompany({ pace, carry }), write: createCompany({ pace, carry }) }
}
