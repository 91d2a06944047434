import { destinationFault, findUnratedNumbers } from '../../telephony/index.ts'
import type { Tally } from './capacity.ts'
import { isWaitedFor } from './channels.ts'
import { type ClaimedRow, claim, refuse, releaseLostClaims } from './claims.ts'
import { type Engine, inWorkspaceOf, nowText, releaseTargets } from './context.ts'
import type { CampaignQueue, ClaimedTarget, TrunkQueue } from './queues.ts'
import { nextClaim } from './scheduling.ts'

/** Claims contacts for the queues of campaigns and releases those that are not called. */
export interface Claimer {
  /** Starts a claim for the campaign whose turn it is, if one is due. Times are monotonic ms. */
  start(trunkQueue: TrunkQueue, now: number, opensAt: number, tally: Tally): void
  /** Releases the claimed contacts of a campaign in the background. */
  release(queue: CampaignQueue): void
}

export function createClaimer(engine: Engine, trunkQueues: ReadonlyMap<string, TrunkQueue>): Claimer {
  const { telephony } = engine

  /** One claim at a time on a trunk queue, so that the trunk's limit holds in the claiming statement. */
  function start(trunkQueue: TrunkQueue, now: number, opensAt: number, tally: Tally): void {
    if (trunkQueue.claiming > 0 || isWaitedFor(trunkQueue) || opensAt > now) return
    const time = engine.time.now()
    const turn = nextClaim(trunkQueue, tally.room(trunkQueue), (queue) => queue.dueAt <= time)
    if (!turn) return
    trunkQueue.claiming = turn.limit
    tally.take(trunkQueue, turn.limit)
    engine.runInBackground(
      'Claiming contacts',
      claimInto(turn.queue, turn.limit).finally(() => (trunkQueue.claiming = 0)),
    )
  }

  async function claimInto(queue: CampaignQueue, limit: number): Promise<void> {
    const { id: campaign_id, workspace_id } = queue.campaign
    const node_id = telephony.nodeId()
    const { db } = inWorkspaceOf(engine, queue)
    // Waits for the next poll unless this claim finds something, so that a failure is not repeated at once.
    queue.dueAt = engine.time.now() + engine.pollMs
    if (queue.mayHaveLostClaims)
      await db.all(releaseLostClaims, {
        campaign_id,
        node_id,
        known: [...queue.claimed.map(({ id }) => id), ...plannedOf(queue)],
      })
    queue.mayHaveLostClaims = true
    const allowance = engine.allowances.get(workspace_id)
    if (!allowance) return
    const { min_minutes_between_calls } = allowance
    const rows = await db.all(claim, { campaign_id, node_id, now: nowText(engine), limit, min_minutes_between_calls })
    queue.mayHaveLostClaims = false
    if (rows.length > 0) queue.dueAt = 0
    const claimed = rows.filter(isToBeCalled)
    const unratedNumbers = allowance.spend_limited ? await findUnrated(queue, claimed) : new Set<string>()
    const blocked = claimed.filter(({ phone_number }) => destinationFault(phone_number, allowance) !== null)
    const permitted = claimed.filter((target) => !blocked.includes(target))
    const unrated = permitted.filter(({ phone_number }) => unratedNumbers.has(phone_number))
    queue.claimed.push(...permitted.filter((target) => !unrated.includes(target)))
    if (blocked.length > 0) await refuseAll(queue, blocked, node_id, 'destination_blocked')
    if (unrated.length > 0) await refuseAll(queue, unrated, node_id, 'no_rate')
    if (rows.length > queue.claimed.length) engine.progress.changed(workspace_id, [campaign_id])
  }

  /** Returns the numbers that have no rate. */
  async function findUnrated(queue: CampaignQueue, claimed: ClaimedTarget[]): Promise<Set<string>> {
    const numbers = claimed.map(({ phone_number }) => phone_number)
    // When this fails, the targets are released as lost claims before the next claim.
    queue.mayHaveLostClaims = true
    const unrated = await findUnratedNumbers(inWorkspaceOf(engine, queue), numbers)
    queue.mayHaveLostClaims = false
    return unrated
  }

  async function refuseAll(
    queue: CampaignQueue,
    targets: ClaimedTarget[],
    node_id: string,
    cause: 'destination_blocked' | 'no_rate',
  ): Promise<void> {
    const ids = targets.map(({ id }) => id)
    // When this fails, the targets are released as lost claims before the next claim.
    queue.mayHaveLostClaims = true
    await inWorkspaceOf(engine, queue).db.all(refuse, {
      ids,
      node_id,
      cause,
      now: nowText(engine),
    })
    queue.mayHaveLostClaims = false
  }

  const plannedOf = (queue: CampaignQueue) =>
    [...trunkQueues.values()].flatMap(({ plan }) =>
      plan.filter((call) => call.queue === queue).map(({ targetId }) => targetId),
    )

  function release(queue: CampaignQueue): void {
    const ids = queue.claimed.splice(0).map(({ id }) => id)
    if (ids.length > 0)
      engine.runInBackground('Releasing contacts', releaseTargets(engine, queue, ids, telephony.nodeId()))
  }

  return { start, release }
}

const isToBeCalled = (row: ClaimedRow): row is ClaimedRow & ClaimedTarget =>
  row.verdict === 'call' && row.phone_number !== null
