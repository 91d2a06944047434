import { bridges, secondLegs } from './channels.ts'
import type { Engine } from './context.ts'
import { type TrunkQueue } from './queues.ts'
import { inHandOf } from './scheduling.ts'
import { type Pacer, createPacer } from './pacer.ts'
import { mayTakeSecond, roomInShare } from './shares.ts'

/** The node's places and each workspace's part of them, counted at one moment. */
export interface Tally {
  /** Places that the trunk queue's workspace has in hand. */
  of(trunkQueue: TrunkQueue): number
  /** How many more contacts it may claim. */
  room(trunkQueue: TrunkQueue): number
  /** So many are being claimed for it. */
  take(trunkQueue: TrunkQueue, places: number): void
}

/** What the whole node bears, shared between workspaces. */
export interface Capacity {
  tally(): Tally
  /** May a call of this trunk queue take a second place, for its transfer? */
  mayBridge(trunkQueue: TrunkQueue): boolean
  /** After a look at the gateway, which alone knows of calls that came in. */
  adjust(): void
  /** Spaces the calls of all trunk queues of one workspace. */
  pacerOf(workspaceId: string): Pacer
}

export function createCapacity(engine: Engine, trunkQueues: ReadonlyMap<string, TrunkQueue>): Capacity {
  const { maxCalls: limit, workspaceShare: share, workspaceCallsPerSecond } = engine.services.config.sip
  const pacers = new Map<string, Pacer>()
  /** Places taken by calls that came in. */
  let others = 0

  function count(): { places: Map<string, number>; taken: number } {
    const places = new Map<string, number>()
    let taken = others
    for (const trunkQueue of trunkQueues.values()) {
      const own = inHandOf(trunkQueue) + secondLegs(trunkQueue)
      places.set(trunkQueue.trunk.workspaceId, (places.get(trunkQueue.trunk.workspaceId) ?? 0) + own)
      taken += own
    }
    return { places, taken }
  }

  return {
    tally() {
      const { places, taken } = count()
      let all = taken
      const of = ({ trunk }: TrunkQueue) => places.get(trunk.workspaceId) ?? 0
      return {
        of,
        room(trunkQueue) {
          const allowance = engine.allowances.get(trunkQueue.trunk.workspaceId)
          if (!allowance || allowance.exhausted !== null) return 0
          const own = of(trunkQueue)
          return Math.min(
            roomInShare({ limit, share, taken: all, own }),
            (allowance.max_concurrent_calls ?? Infinity) - own,
          )
        },
        take(trunkQueue, more) {
          places.set(trunkQueue.trunk.workspaceId, of(trunkQueue) + more)
          all += more
        },
      }
    },
    mayBridge(trunkQueue) {
      const { places, taken } = count()
      return (
        !bridges(trunkQueue) ||
        mayTakeSecond({ limit, share, taken, own: places.get(trunkQueue.trunk.workspaceId) ?? 0 })
      )
    },
    adjust() {
      const ours = trunkQueues.values().reduce((sum, trunkQueue) => sum + trunkQueue.active + secondLegs(trunkQueue), 0)
      others = Math.max(0, engine.gatewayCalls - ours)
      const calling = new Set(Array.from(trunkQueues.values(), ({ trunk }) => trunk.workspaceId))
      for (const id of pacers.keys()) if (!calling.has(id)) pacers.delete(id)
    },
    pacerOf(workspaceId) {
      const pacer = pacers.get(workspaceId) ?? createPacer(workspaceCallsPerSecond)
      pacers.set(workspaceId, pacer)
      return pacer
    },
  }
}
