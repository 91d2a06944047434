import { bridges, secondLegs } from './channels.ts'
import type { Engine } from './context.ts'
import { type TrunkQueue } from './queues.ts'
import { inHandOf } from './scheduling.ts'
import { type Pacer, createPacer } from './pacer.ts'
import { mayTakeSecond, roomInShare } from './shares.ts'

/** The call slots of the node and each workspace's part of them, counted at one moment. */
export interface Tally {
  /** Returns the slots that the trunk queue's workspace uses. */
  of(trunkQueue: TrunkQueue): number
  /** Returns how many more contacts it may claim. */
  room(trunkQueue: TrunkQueue): number
  /** Counts contacts that are being claimed for it. */
  take(trunkQueue: TrunkQueue, slots: number): void
}

/** The capacity of the node, shared between workspaces. */
export interface Capacity {
  tally(): Tally
  /** Whether a call of this trunk queue may take a second slot, for its transfer. */
  mayBridge(trunkQueue: TrunkQueue): boolean
  /** Called after a poll of the gateway, which alone knows the incoming calls. */
  adjust(): void
  /** Returns the pacer of all trunk queues of one workspace. */
  pacerOf(workspaceId: string): Pacer
}

export function createCapacity(engine: Engine, trunkQueues: ReadonlyMap<string, TrunkQueue>): Capacity {
  const { maxCalls: limit, workspaceShare: share, workspaceCallsPerSecond } = engine.services.config.sip
  const pacers = new Map<string, Pacer>()
  /** Slots taken by incoming calls. */
  let others = 0

  function count(): { slots: Map<string, number>; taken: number } {
    const slots = new Map<string, number>()
    let taken = others
    for (const trunkQueue of trunkQueues.values()) {
      const own = inHandOf(trunkQueue) + secondLegs(trunkQueue)
      slots.set(trunkQueue.trunk.workspaceId, (slots.get(trunkQueue.trunk.workspaceId) ?? 0) + own)
      taken += own
    }
    return { slots, taken }
  }

  return {
    tally() {
      const { slots, taken } = count()
      let all = taken
      const of = ({ trunk }: TrunkQueue) => slots.get(trunk.workspaceId) ?? 0
      return {
        of,
        room(trunkQueue) {
          const allowance = engine.allowances.get(trunkQueue.trunk.workspaceId)
          if (!allowance || allowance.exhausted !== null || allowance.spend_reserved) return 0
          const own = of(trunkQueue)
          return Math.min(
            roomInShare({ limit, share, taken: all, own }),
            (allowance.max_concurrent_calls ?? Infinity) - own,
          )
        },
        take(trunkQueue, more) {
          slots.set(trunkQueue.trunk.workspaceId, of(trunkQueue) + more)
          all += more
        },
      }
    },
    mayBridge(trunkQueue) {
      const { slots, taken } = count()
      return (
        !bridges(trunkQueue) ||
        mayTakeSecond({ limit, share, taken, own: slots.get(trunkQueue.trunk.workspaceId) ?? 0 })
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
