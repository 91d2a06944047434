import type { VirtualClock } from '@switchboard/voice/sim'
import type { OpenDatabase } from '../../src/platform/database/open.ts'

/** The clock and the connections of one simulated process, until it is killed. */
export function makeProcess(clock: VirtualClock, database: OpenDatabase) {
  let dead = false
  let frozen = false
  let aheadMs = 0
  let trips = 0
  let death: { trip: number; when: 'before' | 'after' } | null = null
  const waiting: (() => void)[] = []
  const die = () => {
    dead = true
    throw new Error('This process was killed.')
  }
  const own: VirtualClock = {
    ...clock,
    now: () => clock.now() + aheadMs,
    setTimeout(run, ms) {
      let cancelled = false
      const timer = clock.setTimeout(() => {
        const act = () => !dead && !cancelled && run()
        if (frozen) waiting.push(act)
        else act()
      }, ms)
      return {
        cancel() {
          cancelled = true
          timer.cancel()
        },
      }
    },
  }
  const pool = {
    query: async (text: string) => (dead ? die() : database.pool.query(text)),
    async connect() {
      trips++
      if (dead || (death?.when === 'before' && trips >= death.trip)) die()
      const client = await database.pool.connect()
      let released = false
      const release = (destroy?: boolean) => {
        if (released) return
        released = true
        client.release(destroy)
        if (!dead && death?.when === 'after' && trips >= death.trip) die()
      }
      // A view of the client of its own, because the real client returns to the pool after the release.
      return new Proxy(client, {
        get(target, key) {
          if (key === 'release') return release
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
        set: (target, key, value) => Reflect.set(target, key, value, target),
      })
    },
  }
  return {
    clock: own,
    connections: { ...database, pool: pool as unknown as OpenDatabase['pool'] },
    dieAt(trip: number, when: 'before' | 'after') {
      death = { trip: trips + trip, when }
    },
    isDead: () => dead,
    jump: (ms: number) => void (aheadMs += ms),
    freeze: () => void (frozen = true),
    thaw() {
      frozen = false
      for (const act of waiting.splice(0)) act()
    },
  }
}
