import type { HeldTrunk } from '../../telephony/index.ts'
import { type CallPhase, roomFor } from './channels.ts'
import type { Begun, RunningCampaign } from './claims.ts'
import { type Pacer, createPacer } from './pacer.ts'

/** A target that is this node's to call. */
export interface ClaimedTarget {
  id: string
  phone_number: string
  last_caller_id: string | null
}

/** The queue of one campaign on its node: contacts that are claimed, and calls that are planned or in progress. */
export interface CampaignQueue {
  campaign: RunningCampaign
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
  /** Due times have been checked since the clock of the database was last set back. */
  isMended: boolean
  /** The result of a claim may be lost: what it claimed is released before the next one. */
  mayHaveLostClaims: boolean
}

/** A call that has its moment. */
export interface PlannedCall {
  readonly queue: CampaignQueue
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

/** The queue of one trunk: the campaigns that call through it, the planned calls and those in progress. */
export interface TrunkQueue {
  trunk: HeldTrunk
  readonly pacer: Pacer
  /** Of all trunk queues of the workspace together. */
  readonly workspacePacer: Pacer
  /** Active campaigns, in the order of their next turn. */
  queues: CampaignQueue[]
  readonly plan: PlannedCall[]
  active: number
  /** Calls in progress, by attempt. */
  readonly calls: Map<string, { queue: CampaignQueue; phase: CallPhase }>
  /** The carrier has refused REFER: transfers become bridges. */
  refusesRefer: boolean
  /** How many contacts are being claimed. */
  claiming: number
  /** Calls begun on this trunk queue, for caller ids in turn. */
  turn: number
  /** Monotonic ms until which the gateway takes no call here. */
  blockedUntil: number
}

export const openCampaignQueue = (campaign: RunningCampaign): CampaignQueue => ({
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
  mayHaveLostClaims: false,
})

export const openTrunkQueue = (trunk: HeldTrunk, workspacePacer: Pacer): TrunkQueue => ({
  trunk,
  pacer: createPacer(trunk.callsPerSecond),
  workspacePacer,
  queues: [],
  plan: [],
  active: 0,
  calls: new Map(),
  refusesRefer: false,
  claiming: 0,
  turn: 0,
  blockedUntil: -Infinity,
})

/** Does this node have contacts or calls of the campaign? */
export const hasWork = (queue: CampaignQueue) => queue.active + queue.planned + queue.claimed.length > 0

/** Contacts are claimed for so long ahead. */
const claimAheadMs = 500

const inHand = (queue: CampaignQueue) => queue.claimed.length + queue.planned + queue.active

/** Contacts claimed and calls planned or made. */
export const inHandOf = (trunkQueue: TrunkQueue) =>
  trunkQueue.queues.reduce(
    (sum, queue) => sum + queue.claimed.length,
    trunkQueue.claiming + trunkQueue.active + trunkQueue.plan.length,
  )

/** How many more contacts the campaign could use now. */
export function shortage(trunkQueue: TrunkQueue, queue: CampaignQueue, workspaceRoom: number): number {
  const room = Math.min(queue.campaign.max_concurrent_calls - inHand(queue), roomFor(trunkQueue, queue), workspaceRoom)
  const callsPerSecond = Math.min(queue.campaign.calls_per_second, trunkQueue.trunk.callsPerSecond)
  const wanted = Math.ceil((callsPerSecond * claimAheadMs) / 1000) + 1
  // Half empty before it is filled again, so that claims are few and worth their while.
  return queue.claimed.length > wanted / 2 ? 0 : Math.min(room, wanted - queue.claimed.length)
}

/**
 * Whose turn it is to claim, and how many: the campaign with the least in hand, and no more than its part of the room, so
 * that none takes the trunk's places from the others.
 */
export function nextClaim(
  trunkQueue: TrunkQueue,
  workspaceRoom: number,
  isDue: (queue: CampaignQueue) => boolean,
): { queue: CampaignQueue; limit: number } | null {
  const wanting = trunkQueue.queues.filter((queue) => isDue(queue) && shortage(trunkQueue, queue, workspaceRoom) > 0)
  if (wanting.length === 0) return null
  const queue = wanting.reduce((least, other) => (inHand(other) < inHand(least) ? other : least))
  const part = Math.ceil(roomFor(trunkQueue, queue) / wanting.length)
  return { queue, limit: Math.min(shortage(trunkQueue, queue, workspaceRoom), part) }
}

/** Monotonic ms at which the campaign could make its next call. */
export const nextCallAt = (trunkQueue: TrunkQueue, queue: CampaignQueue) =>
  Math.max(trunkQueue.pacer.nextAt(), trunkQueue.workspacePacer.nextAt(), queue.pacer.nextAt(), trunkQueue.blockedUntil)

/** The next call of a trunk queue from `from` to `until`, each campaign in its turn: its queue and moment. Takes the turn. */
export function takeTurn(
  trunkQueue: TrunkQueue,
  from: number,
  until: number,
): { queue: CampaignQueue; at: number } | null {
  let chosen: { queue: CampaignQueue; at: number } | null = null
  for (const queue of trunkQueue.queues) {
    if (queue.claimed.length === 0) continue
    const at = Math.max(from, nextCallAt(trunkQueue, queue))
    if (at <= until && (!chosen || at < chosen.at)) chosen = { queue, at }
  }
  if (!chosen) return null
  trunkQueue.queues.push(...trunkQueue.queues.splice(trunkQueue.queues.indexOf(chosen.queue), 1))
  trunkQueue.pacer.take(chosen.at)
  trunkQueue.workspacePacer.take(chosen.at)
  chosen.queue.pacer.take(chosen.at)
  return chosen
}

/** A call of `queue` is late: moves every call behind it back, so that they do not bunch up. */
export function postpone(trunkQueue: TrunkQueue, queue: CampaignQueue, ms: number): void {
  for (const call of trunkQueue.plan) call.at += ms
  const pacers = new Set([
    trunkQueue.pacer,
    trunkQueue.workspacePacer,
    queue.pacer,
    ...trunkQueue.plan.map((call) => call.queue.pacer),
  ])
  for (const pacer of pacers) pacer.take(pacer.lastAt() + ms)
}
