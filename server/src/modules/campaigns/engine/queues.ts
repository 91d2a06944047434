import type { HeldTrunk } from '../../telephony/index.ts'
import type { Begun, RunningCampaign } from './claims.ts'
import { type Pacer, createPacer } from './pacer.ts'

/**
 * `ringing`: not answered. `listening`: may ask for a transfer. `asking`: has asked, and the request is on its way to the
 * gateway. `waiting`: for a channel. `transferring`: the second call is being made or lasts.
 */
export type CallPhase = 'ringing' | 'listening' | 'asking' | 'waiting' | 'transferring'

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
