import type { RunningCampaign } from './running-campaigns.ts'
import type { CallPhase, CampaignQueue, TrunkQueue } from './queues.ts'

/**
 * How many of a trunk's channels may go to new calls. A bridged transfer needs a second channel, so channels are left
 * free for the transfers to be expected of the calls in progress: by what the campaign's contacts have done so far, and
 * at least one. Nothing is left free where the carrier takes callers over itself (REFER).
 */

/** A bridge needs two channels. */
export const fewestChannels = 2

const phases = (trunkQueue: TrunkQueue, ...wanted: CallPhase[]) =>
  trunkQueue.calls.values().reduce((sum, { phase }) => sum + Number(wanted.includes(phase)), 0)

/** Whether a contact waits for a channel of this trunk. */
export const isWaitedFor = (trunkQueue: TrunkQueue) => phases(trunkQueue, 'waiting') > 0

/** Whether transfers over this trunk need a second channel. A carrier that refuses REFER is known after the first time. */
export const bridges = (trunkQueue: TrunkQueue) => trunkQueue.trunk.transferMode === 'bridge' || trunkQueue.refusesRefer

export const mayTransfer = ({ transfer_numbers, key_map }: Pick<RunningCampaign, 'transfer_numbers' | 'key_map'>) =>
  transfer_numbers.length > 0 && Object.values(key_map).includes('transfer')

/** Whether the trunk can never make the campaign's transfers: its limit was lowered, or the carrier refuses REFER. */
export const cannotTransfer = (trunkQueue: TrunkQueue, { campaign }: CampaignQueue) =>
  campaign.status === 'active' &&
  mayTransfer(campaign) &&
  bridges(trunkQueue) &&
  trunkQueue.trunk.maxConcurrentCalls < fewestChannels

/**
 * Returns the probabilities that a ringing and that an answered call becomes a transfer: Laplace's rule of succession over
 * the campaign's finished calls. Each starts at one half and approaches the observed rate after a few calls.
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

/** Returns the expected number of transfers of the calls in progress and the planned calls. */
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

/** Returns how many more calls of this campaign the trunk has channels for. None while contacts wait. */
export function roomFor(trunkQueue: TrunkQueue, queue: CampaignQueue): number {
  if (isWaitedFor(trunkQueue)) return 0
  const second = phases(trunkQueue, 'asking', 'waiting', 'transferring')
  const taken =
    trunkQueue.active + trunkQueue.plan.length + trunkQueue.queues.reduce((sum, { claimed }) => sum + claimed.length, 0)
  const free = trunkQueue.trunk.maxConcurrentCalls - taken - (bridges(trunkQueue) ? second : 0)
  const least = transfersAtAll(trunkQueue) ? 1 : 0
  return Math.min(free - least, Math.floor((free - expected(trunkQueue)) / (1 + chances(trunkQueue, queue).ringing)))
}

/** Returns the number of second calls of transfers, which take slots too. */
export const secondLegs = (trunkQueue: TrunkQueue) => (bridges(trunkQueue) ? phases(trunkQueue, 'transferring') : 0)

/** Channels that the gateway is to leave free beside a new call: it alone knows of calls that came in. */
export function channelsToKeep(trunkQueue: TrunkQueue): number {
  const asking = bridges(trunkQueue) ? phases(trunkQueue, 'asking') : 0
  const made = expected({ ...trunkQueue, plan: [], queues: [] })
  return asking + Math.max(transfersAtAll(trunkQueue) ? 1 : 0, Math.ceil(made))
}
