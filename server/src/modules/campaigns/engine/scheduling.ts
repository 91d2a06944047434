import { roomFor } from './channels.ts'
import type { CampaignQueue, TrunkQueue } from './queues.ts'

/** Decides which campaign claims contacts next and how many, and when each call is made. */

/** Contacts are claimed for this time ahead. */
const claimAheadMs = 500

const inHand = (queue: CampaignQueue) => queue.claimed.length + queue.planned + queue.active

/** Returns the number of contacts claimed and calls planned or in progress. */
export const inHandOf = (trunkQueue: TrunkQueue) =>
  trunkQueue.queues.reduce(
    (sum, queue) => sum + queue.claimed.length,
    trunkQueue.claiming + trunkQueue.active + trunkQueue.plan.length,
  )

/** Returns how many more contacts the campaign could call now. */
export function shortage(trunkQueue: TrunkQueue, queue: CampaignQueue, workspaceRoom: number): number {
  const room = Math.min(queue.campaign.max_concurrent_calls - inHand(queue), roomFor(trunkQueue, queue), workspaceRoom)
  const callsPerSecond = Math.min(queue.campaign.calls_per_second, trunkQueue.trunk.callsPerSecond)
  const wanted = Math.ceil((callsPerSecond * claimAheadMs) / 1000) + 1
  // Refilled when half empty, so that each claim takes several contacts.
  return queue.claimed.length > wanted / 2 ? 0 : Math.min(room, wanted - queue.claimed.length)
}

/**
 * Returns the campaign that claims next and its limit: the campaign with the fewest contacts and calls, and at most its
 * part of the free channels, so that no campaign takes them from the others.
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

/** Returns monotonic ms of the campaign's next possible call. */
export const nextCallAt = (trunkQueue: TrunkQueue, queue: CampaignQueue) =>
  Math.max(trunkQueue.pacer.nextAt(), trunkQueue.workspacePacer.nextAt(), queue.pacer.nextAt(), trunkQueue.blockedUntil)

/** Takes the next turn of a trunk queue between `from` and `until`, campaigns in rotation. Returns its campaign and time. */
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

/** Moves all planned calls back by `ms` after a late call of `queue`, so that they do not bunch up. */
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
