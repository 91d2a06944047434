import { bridges, secondLegs } from './channels.ts'
import type { Engine } from './context.ts'
import { type Line, inHandOf } from './line.ts'
import { type Pacer, createPacer } from './pacer.ts'
import { mayTakeSecond, roomInShare } from './shares.ts'

/** The node's places and each workspace's part of them, counted at one moment. */
export interface Tally {
  /** Places that the line's workspace has in hand. */
  of(line: Line): number
  /** How many more contacts it may claim. */
  room(line: Line): number
  /** So many are being claimed for it. */
  take(line: Line, places: number): void
}

/** What the whole node bears, shared between workspaces. */
export interface Capacity {
  tally(): Tally
  /** May a call of this line take a second place, for its transfer? */
  mayBridge(line: Line): boolean
  /** After a look at the gateway, which alone knows of calls that came in. */
  adjust(): void
  /** Spaces the calls of all lines of one workspace. */
  pacerOf(workspaceId: string): Pacer
}

export function createCapacity(engine: Engine, lines: ReadonlyMap<string, Line>): Capacity {
  const { maxCalls: limit, workspaceShare: share, workspaceCallsPerSecond } = engine.services.config.sip
  const pacers = new Map<string, Pacer>()
  /** Places taken by calls that came in. */
  let others = 0

  function count(): { places: Map<string, number>; taken: number } {
    const places = new Map<string, number>()
    let taken = others
    for (const line of lines.values()) {
      const own = inHandOf(line) + secondLegs(line)
      places.set(line.trunk.workspaceId, (places.get(line.trunk.workspaceId) ?? 0) + own)
      taken += own
    }
    return { places, taken }
  }

  return {
    tally() {
      const { places, taken } = count()
      let all = taken
      const of = ({ trunk }: Line) => places.get(trunk.workspaceId) ?? 0
      return {
        of,
        room(line) {
          const allowance = engine.allowances.get(line.trunk.workspaceId)
          if (!allowance || allowance.exhausted !== null) return 0
          const own = of(line)
          return Math.min(
            roomInShare({ limit, share, taken: all, own }),
            (allowance.max_concurrent_calls ?? Infinity) - own,
          )
        },
        take(line, more) {
          places.set(line.trunk.workspaceId, of(line) + more)
          all += more
        },
      }
    },
    mayBridge(line) {
      const { places, taken } = count()
      return !bridges(line) || mayTakeSecond({ limit, share, taken, own: places.get(line.trunk.workspaceId) ?? 0 })
    },
    adjust() {
      const ours = lines.values().reduce((sum, line) => sum + line.active + secondLegs(line), 0)
      others = Math.max(0, engine.gatewayCalls - ours)
      const calling = new Set(Array.from(lines.values(), ({ trunk }) => trunk.workspaceId))
      for (const id of pacers.keys()) if (!calling.has(id)) pacers.delete(id)
    },
    pacerOf(workspaceId) {
      const pacer = pacers.get(workspaceId) ?? createPacer(workspaceCallsPerSecond)
      pacers.set(workspaceId, pacer)
      return pacer
    },
  }
}
