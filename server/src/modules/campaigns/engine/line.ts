import type { HeldTrunk } from '../../telephony/index.ts'
import { type CallPhase, roomFor } from './channels.ts'
import type { Begun, EngagedCampaign } from './claims.ts'
import { type Pacer, createPacer } from './pacer.ts'

/** A target that is this node's to call. */
export interface ClaimedTarget {
  id: string
  phone_number: string
  last_caller_id: string | null
}

/** A campaign as its node works on it. */
export interface Lane {
  campaign: EngagedCampaign
  readonly pacer: Pacer
  /** Targets that are claimed and not planned yet, in their order. */
  claimed: ClaimedTarget[]
  planned: number
  /** Calls made whose results are not written yet. */
  active: number
  /** Unix time in ms at which looking for a due target makes sense again. */
  dueAt: number
  /** Monotonic ms at which the contact list is to be looked at again. */
  enrolAt: number
  /** Cancel the calls that nobody has answered. */
  readonly unanswered: Set<AbortController>
  /** Calls in a row for which the carrier refused our credentials. */
  refusals: number
  /** Has it been seen to that nobody waits for a clock that was set back? */
  isMended: boolean
  /** A claim's answer may be lost: what it claimed is to be given back first. */
  forgetful: boolean
}

/** A call that has its moment. */
export interface PlannedCall {
  readonly lane: Lane
  readonly targetId: string
  /** What it shows. */
  readonly callerId: string
  readonly nodeId: string
  /** Monotonic ms at which the INVITE is to leave. */
  at: number
  /** Monotonic ms of the checks that let it begin. */
  readonly plannedAt: number
  /** `beginning`: its attempt is being committed. `void`: it may not be made after all. */
  state: 'beginning' | 'ready' | 'void'
  begun: Begun | null
}

/** A trunk with the campaigns that call through it. */
export interface Line {
  trunk: HeldTrunk
  readonly pacer: Pacer
  /** Of all lines of the workspace together. */
  readonly workspacePacer: Pacer
  /** Active campaigns, in the order of their next turn. */
  lanes: Lane[]
  readonly plan: PlannedCall[]
  active: number
  /** Calls in progress, by attempt. */
  readonly calls: Map<string, { lane: Lane; phase: CallPhase }>
  /** The carrier has refused REFER: transfers become bridges. */
  refusesRefer: boolean
  /** How many contacts are being claimed. */
  claiming: number
  /** Calls begun on this line, for caller ids in turn. */
  turn: number
  /** Monotonic ms until which the gateway takes no call here. */
  blockedUntil: number
}

export const openLane = (campaign: EngagedCampaign): Lane => ({
  campaign,
  pacer: createPacer(campaign.calls_per_second),
  claimed: [],
  planned: 0,
  active: 0,
  dueAt: 0,
  enrolAt: -Infinity,
  unanswered: new Set(),
  refusals: 0,
  isMended: false,
  forgetful: false,
})

export const openLine = (trunk: HeldTrunk, workspacePacer: Pacer): Line => ({
  trunk,
  pacer: createPacer(trunk.callsPerSecond),
  workspacePacer,
  lanes: [],
  plan: [],
  active: 0,
  calls: new Map(),
  refusesRefer: false,
  claiming: 0,
  turn: 0,
  blockedUntil: -Infinity,
})

/** Has this node anything in hand for the campaign? */
export const isEngaged = (lane: Lane) => lane.active + lane.planned + lane.claimed.length > 0

/** Contacts are claimed for so long ahead. */
const claimAheadMs = 500

const inHand = (lane: Lane) => lane.claimed.length + lane.planned + lane.active

/** Contacts claimed and calls planned or made. */
export const inHandOf = (line: Line) =>
  line.lanes.reduce((sum, lane) => sum + lane.claimed.length, line.claiming + line.active + line.plan.length)

/** How many more contacts a lane could use now. */
export function shortage(line: Line, lane: Lane, workspaceRoom: number): number {
  const room = Math.min(lane.campaign.max_concurrent_calls - inHand(lane), roomFor(line, lane), workspaceRoom)
  const callsPerSecond = Math.min(lane.campaign.calls_per_second, line.trunk.callsPerSecond)
  const wanted = Math.ceil((callsPerSecond * claimAheadMs) / 1000) + 1
  // Half empty before it is filled again, so that claims are few and worth their while.
  return lane.claimed.length > wanted / 2 ? 0 : Math.min(room, wanted - lane.claimed.length)
}

/**
 * Whose turn it is to claim, and how many: the campaign with the least in hand, and no more than its part of the room, so
 * that none takes the trunk's places from the others.
 */
export function nextClaim(
  line: Line,
  workspaceRoom: number,
  isDue: (lane: Lane) => boolean,
): { lane: Lane; limit: number } | null {
  const wanting = line.lanes.filter((lane) => isDue(lane) && shortage(line, lane, workspaceRoom) > 0)
  if (wanting.length === 0) return null
  const lane = wanting.reduce((least, other) => (inHand(other) < inHand(least) ? other : least))
  const part = Math.ceil(roomFor(line, lane) / wanting.length)
  return { lane, limit: Math.min(shortage(line, lane, workspaceRoom), part) }
}

/** The earliest moment at which a lane could make its next call. */
export const nextCallAt = (line: Line, lane: Lane) =>
  Math.max(line.pacer.nextAt(), line.workspacePacer.nextAt(), lane.pacer.nextAt(), line.blockedUntil)

/** The next call of a line from `from` to `until`, each campaign in its turn: its lane and moment. Takes the turn. */
export function takeTurn(line: Line, from: number, until: number): { lane: Lane; at: number } | null {
  let chosen: { lane: Lane; at: number } | null = null
  for (const lane of line.lanes) {
    if (lane.claimed.length === 0) continue
    const at = Math.max(from, nextCallAt(line, lane))
    if (at <= until && (!chosen || at < chosen.at)) chosen = { lane, at }
  }
  if (!chosen) return null
  line.lanes.push(...line.lanes.splice(line.lanes.indexOf(chosen.lane), 1))
  line.pacer.take(chosen.at)
  line.workspacePacer.take(chosen.at)
  chosen.lane.pacer.take(chosen.at)
  return chosen
}

/** A call of `lane` is late: moves every call behind it back, so that they do not bunch up. */
export function postpone(line: Line, lane: Lane, ms: number): void {
  for (const call of line.plan) call.at += ms
  const pacers = new Set([line.pacer, line.workspacePacer, lane.pacer, ...line.plan.map((call) => call.lane.pacer)])
  for (const pacer of pacers) pacer.take(pacer.lastAt() + ms)
}
