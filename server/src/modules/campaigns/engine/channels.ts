import type { RunningCampaign } from './claims.ts'
import type { CallPhase, CampaignQueue, TrunkQueue } from './queues.ts'

/**
 * How many of a trunk's channels may go to new calls. A bridged transfer needs a second channel, so channels are left
 * free for the transfers to be expected of the calls in progress: by what the campaign's contacts have done so far, and
 * at least one. Nothing is left free where the carrier takes callers over itself (REFER).
 */

/** A bridge takes two. */
export const fewestChannels = 2

const phases = (trunkQueue: TrunkQueue, ...wanted: CallPhase[]) =>
  trunkQueue.calls.values().reduce((sum, { phase }) => sum + Number(wanted.includes(phase)), 0)

/** Is any caller waiting for a channel of this trunk? */
export const isWaitedFor = (trunkQueue: TrunkQueue) => phases(trunkQueue, 'waiting') > 0

/** Do transfers over this trunk need a second channel? A carrier that refuses REFER is known after the first time. */
export const bridges = (trunkQueue: TrunkQueue) => trunkQueue.trunk.transferMode === 'bridge' || trunkQueue.refusesRefer

export const mayTransfer = ({ transfer_number, key_map }: Pick<RunningCampaign, 'transfer_number' | 'key_map'>) =>
  transfer_number !== null && Object.values(key_map).includes('transfer')

/** Transfers are asked for that this trunk can never make: the limit was lowered, or the carrier refuses REFER. */
export const cannotTransfer = (trunkQueue: TrunkQueue, { campaign }: CampaignQueue) =>
  campaign.status === 'active' &&
  mayTransfer(campaign) &&
  bridges(trunkQueue) &&
  trunkQueue.trunk.maxConcurrentCalls < fewestChannels

/**
 * How likely a call that rings becomes a transfer, and one that is answered: Laplace's rule of succession over what the
 * campaign's finished calls did, which begins at a half each and follows the facts after a few calls.
 */
function chances(trunkQueue: TrunkQueue, queue: CampaignQueue): { ringing: number; listening: number } {
  if (!bridges(trunkQueue) || !mayTransfer(queue.campaign)) return { ringing: 0, listening: 0 }
  const { attempts, answered_calls: answered, transfers_requested: requested } = queue.campaign
  const inProgress = (phase: CallPhase) =>
    trunkQueue.calls.values().reduce((sum, call) => sum + Number(call.queue === queue && call.phase === phase), 0)
  const dialled = Math.max(answered, attempts - inProgress('ringing'))
  const listened = Math.max(requested, answered - inProgress('listening'))
  const listening = (requested + 1) / (listened + 2)
  return { ringing: ((answered + 1) / (dialled + 2)) * listening, listening }
}

/** Transfers that the calls in progress, and those about to be made, will probably ask for. */
function expected(trunkQueue: TrunkQueue): number {
  const known = new Map<CampaignQueue, ReturnType<typeof chances>>()
  const of = (queue: CampaignQueue) => {
    const found = known.get(queue) ?? chances(trunkQueue, queue)
    known.set(queue, found)
    return found
  }
  let sum = 0
  for (const { queue, phase } of trunkQueue.calls.values())
    if (phase === 'ringing' || phase === 'listening') sum += of(queue)[phase]
  for (const { queue } of trunkQueue.plan) sum += of(queue).ringing
  for (const queue of trunkQueue.queues) sum += queue.claimed.length * of(queue).ringing
  return sum
}

const transfersAtAll = (trunkQueue: TrunkQueue) =>
  bridges(trunkQueue) && trunkQueue.queues.some(({ campaign }) => mayTransfer(campaign))

/** How many more calls of this campaign the trunk has room for. None while callers wait. */
export function roomFor(trunkQueue: TrunkQueue, queue: CampaignQueue): number {
  if (isWaitedFor(trunkQueue)) return 0
  const second = phases(trunkQueue, 'asking', 'waiting', 'transferring')
  const taken =
    trunkQueue.active + trunkQueue.plan.length + trunkQueue.queues.reduce((sum, { claimed }) => sum + claimed.length, 0)
  const free = trunkQueue.trunk.maxConcurrentCalls - taken - (bridges(trunkQueue) ? second : 0)
  const least = transfersAtAll(trunkQueue) ? 1 : 0
  return Math.min(free - least, Math.floor((free - expected(trunkQueue)) / (1 + chances(trunkQueue, queue).ringing)))
}

/** Second calls of transfers, which take places too. */
export const secondLegs = (trunkQueue: TrunkQueue) => (bridges(trunkQueue) ? phases(trunkQueue, 'transferring') : 0)

/** Channels that the gateway is to leave free beside a new call: it alone knows of calls that came in. */
export function channelsToKeep(trunkQueue: TrunkQueue): number {
  const asking = bridges(trunkQueue) ? phases(trunkQueue, 'asking') : 0
  const made = expected({ ...trunkQueue, plan: [], queues: [] })
  return asking + Math.max(transfersAtAll(trunkQueue) ? 1 : 0, Math.ceil(made))
}
