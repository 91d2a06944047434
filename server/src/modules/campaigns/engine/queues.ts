import type { HeldTrunk } from '../../telephony/index.ts'
import type { Begun } from './claims.ts'
import type { RunningCampaign } from './running-campaigns.ts'
import { type Pacer, createPacer } from './pacer.ts'

/**
 * `ringing`: not answered. `listening`: answered, no transfer requested. `asking`: a transfer was requested and the gateway has
 * not accepted it yet. `waiting`: for a channel. `transferring`: the second call is being made or in progress.
 */
export type CallPhase = 'ringing' | 'listening' | 'asking' | 'waiting' | 'transferring'

/** A target that this node has claimed. */
export interface ClaimedTarget {
  id: string
  phone_number: string
  last_caller_id: string | null
}

/** The queue of one campaign on its node: contacts that are claimed, and calls that are planned or in progress. */
export interface CampaignQueue {
  campaign: RunningCampaign
  readonly pacer: Pacer
  /** Targets that are claimed and not planned yet, in order. */
  claimed: ClaimedTarget[]
  planned: number
  /** Calls made whose results are not written yet. */
  active: number
  /** Unix time in ms of the next claim. */
  dueAt: number
  /** Monotonic ms of the next enrolment. */
  enrolAt: number
  /** Abort these to cancel the calls that are not answered yet. */
  readonly unanswered: Set<AbortController>
  /** Transfers that were asked for since this node runs the campaign. */
  transfers: number
  /** Consecutive calls for which the carrier refused the credentials. */
  refusals: number
  /** False from when the database's clock was set back until the due times are repaired. */
  areDueTimesRepaired: boolean
  /** True when the result of a claim may be lost. Its targets are then released before the next claim. */
  mayHaveLostClaims: boolean
}

/** A call that is scheduled. */
export interface PlannedCall {
  readonly queue: CampaignQueue
  readonly targetId: string
  /** The caller id of the call. */
  readonly callerId: string
  readonly nodeId: string
  /** Monotonic ms at which the INVITE is sent. */
  at: number
  /** Monotonic ms at which it was planned. */
  readonly plannedAt: number
  /** `beginning`: its attempt is being committed. `void`: it may not be made. */
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
  /** Counts the calls of this trunk queue, to rotate caller ids. */
  turn: number
  /** Monotonic ms until which the gateway refuses calls of this trunk. */
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
  transfers: 0,
  refusals: 0,
  areDueTimesRepaired: false,
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

/** Whether this node has contacts or calls of the campaign. */
export const hasWork = (queue: CampaignQueue) => queue.active + queue.planned + queue.claimed.length > 0
