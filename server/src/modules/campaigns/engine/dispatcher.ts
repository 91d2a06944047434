import type { NotAdmitted } from '@switchboard/voice'
import { destinationFault } from '../../telephony/index.ts'
import { tooFewChannels } from '../readiness.ts'
import { createAdmission } from './admission.ts'
import { chooseCallerId } from './caller-ids.ts'
import { type Tally, createCapacity } from './capacity.ts'
import { cannotTransfer, isWaitedFor } from './channels.ts'
import { type ClaimedRow, begin, claim, lockNumbers, refuse, releaseLostClaims } from './claims.ts'
import { type Engine, releaseTargets, inWorkspaceOf, nowText, pauseCampaign } from './context.ts'
import { makeCall } from './dial.ts'
import { type ClaimedTarget, type CampaignQueue, type TrunkQueue, type PlannedCall, openTrunkQueue } from './queues.ts'
import { nextCallAt, nextClaim, postpone, shortage, takeTurn } from './scheduling.ts'

/** Attempts are committed so long before their INVITE leaves. */
const beginAheadMs = 100
/** An attempt whose INVITE could not leave within this is withdrawn: its checks are too old. */
const staleMs = 600
/** A call later than this moves the ones behind it. */
const latenessMs = 8

/** Schedules the calls to claimed contacts and makes them, trunk by trunk. */
export interface Dispatcher {
  /** Assigns campaigns to the queues of their trunks, after a poll. */
  assign(): void
  /** Does all that can be done now, without waiting; answers the monotonic time at which there will be more to do. */
  run(): number
  /** Has this node calls in progress, or contacts in hand? */
  isBusy(): boolean
  /** Makes no more calls, and releases every contact that was not called. */
  stop(): Promise<void>
  /** Resolves when every call has ended and its result is written. */
  idle(): Promise<void>
}

export function createDispatcher(engine: Engine, onIdle: () => void): Dispatcher {
  const { services, telephony, clock, queues } = engine
  const trunkQueues = new Map<string, TrunkQueue>()
  const capacity = createCapacity(engine, trunkQueues)
  const admission = createAdmission({
    clock,
    pollMs: engine.pollMs,
    openTrunks: () => engine.runInBackground('Opening a trunk', telephony.sync()),
  })
  const calls = new Set<Promise<void>>()
  let stopped = false

  function assign(): void {
    const held = telephony.trunks()
    for (const trunk of held.values()) {
      const trunkQueue = trunkQueues.get(trunk.id) ?? openTrunkQueue(trunk, capacity.pacerOf(trunk.workspaceId))
      trunkQueues.set(trunk.id, trunkQueue)
      trunkQueue.trunk = trunk
      trunkQueue.pacer.setRate(trunk.callsPerSecond)
    }
    const trunkQueueOf = ({ campaign }: CampaignQueue) =>
      campaign.status === 'active' && campaign.sip_provider_id && held.get(campaign.sip_provider_id)?.usable
        ? trunkQueues.get(campaign.sip_provider_id)
        : undefined
    for (const trunkQueue of trunkQueues.values())
      trunkQueue.queues = trunkQueue.queues.filter(
        (queue) => queues.get(queue.campaign.id) === queue && trunkQueueOf(queue) === trunkQueue,
      )
    for (const queue of queues.values()) {
      const trunkQueue = trunkQueueOf(queue)
      if (!trunkQueue) releaseClaims(queue)
      else if (!trunkQueue.queues.includes(queue)) trunkQueue.queues.push(queue)
      if (trunkQueue && cannotTransfer(trunkQueue, queue))
        engine.runInBackground('Pausing a campaign', pauseCampaign(engine, queue, tooFewChannels))
    }
    for (const [id, trunkQueue] of trunkQueues)
      if (!held.has(id) && trunkQueue.active === 0 && trunkQueue.plan.length === 0) trunkQueues.delete(id)
    capacity.adjust()
  }

  function releaseClaims(queue: CampaignQueue): void {
    const ids = queue.claimed.splice(0).map(({ id }) => id)
    if (ids.length > 0)
      engine.runInBackground('Releasing contacts', releaseTargets(engine, queue, ids, telephony.nodeId()))
  }

  function run(): number {
    const now = clock.monotonic()
    const tally = capacity.tally()
    let next = Infinity
    // Who has least comes first: what becomes free goes to those who wait for it longest.
    for (const trunkQueue of [...trunkQueues.values()].sort((a, b) => tally.of(a) - tally.of(b))) {
      if (telephony.mayDial() && !stopped) {
        startClaim(trunkQueue, now, tally)
        planCalls(trunkQueue, now)
      }
      makeCalls(trunkQueue, now)
      next = Math.min(next, nextMoment(trunkQueue, now, tally.room(trunkQueue)))
    }
    return next
  }

  function nextMoment(trunkQueue: TrunkQueue, now: number, room: number): number {
    let next = Infinity
    const [first] = trunkQueue.plan
    if (first && first.state !== 'beginning') {
      // While callers wait it is not made, and given back when it has become stale.
      const at = isWaitedFor(trunkQueue) ? first.plannedAt + staleMs + 1 : first.at
      next = Math.max(at, admission.opensAt(trunkQueue))
    }
    if (!telephony.mayDial() || stopped || isWaitedFor(trunkQueue)) return next
    const untilDueMs = (queue: CampaignQueue) => queue.dueAt - engine.time.now()
    for (const queue of trunkQueue.queues) {
      if (queue.claimed.length > 0)
        next = Math.min(
          next,
          Math.max(nextCallAt(trunkQueue, queue), admission.opensAt(trunkQueue)) -
            beginAheadMs / (trunkQueue.plan.length > 0 ? 2 : 1),
        )
      if (trunkQueue.claiming === 0 && shortage(trunkQueue, queue, room) > 0)
        next = Math.min(next, Math.max(now + untilDueMs(queue), admission.opensAt(trunkQueue)))
    }
    return next
  }

  /** One claim at a time on a trunk queue, so that the trunk's limit holds in the claiming statement. */
  function startClaim(trunkQueue: TrunkQueue, now: number, tally: Tally): void {
    if (trunkQueue.claiming > 0 || isWaitedFor(trunkQueue) || admission.opensAt(trunkQueue) > now) return
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
    // Until the campaign is looked at again, unless this finds something: a failure is not repeated at once.
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
    const refused = claimed.filter(({ phone_number }) => destinationFault(phone_number, allowance) !== null)
    queue.claimed.push(...claimed.filter((target) => !refused.includes(target)))
    if (refused.length > 0) await refuseAll(queue, refused, node_id)
    if (rows.length > queue.claimed.length) engine.progress.changed(workspace_id, [campaign_id])
  }

  async function refuseAll(queue: CampaignQueue, targets: ClaimedTarget[], node_id: string): Promise<void> {
    const ids = targets.map(({ id }) => id)
    // Should this fail, the claim is taken for lost, and given back with the next one.
    queue.mayHaveLostClaims = true
    await inWorkspaceOf(engine, queue).db.all(refuse, {
      ids,
      node_id,
      cause: 'destination_blocked',
      now: nowText(engine),
    })
    queue.mayHaveLostClaims = false
  }

  const plannedOf = (queue: CampaignQueue) =>
    [...trunkQueues.values()].flatMap(({ plan }) =>
      plan.filter((call) => call.queue === queue).map(({ targetId }) => targetId),
    )

  /** Fills the plan again when it is half empty, so that attempts are committed some at a time. */
  function planCalls(trunkQueue: TrunkQueue, now: number): void {
    if (isWaitedFor(trunkQueue) || (trunkQueue.plan.at(-1)?.at ?? -Infinity) > now + beginAheadMs / 2) return
    const nodeId = telephony.nodeId()
    const batches = new Map<CampaignQueue, PlannedCall[]>()
    for (let turn; (turn = takeTurn(trunkQueue, Math.max(now, admission.opensAt(trunkQueue)), now + beginAheadMs));) {
      const { queue, at } = turn
      const target = queue.claimed.shift() as ClaimedTarget
      const call: PlannedCall = {
        queue,
        targetId: target.id,
        callerId: callerIdFor(trunkQueue, queue, target),
        nodeId,
        at,
        plannedAt: now,
        state: 'beginning',
        begun: null,
      }
      queue.planned++
      trunkQueue.plan.push(call)
      const batch = batches.get(queue)
      if (batch) batch.push(call)
      else batches.set(queue, [call])
    }
    for (const [queue, planned] of batches)
      engine.runInBackground('Beginning calls', beginCalls(queue, planned, nodeId))
  }

  const callerIdFor = (
    trunkQueue: TrunkQueue,
    { campaign }: CampaignQueue,
    { phone_number, last_caller_id }: ClaimedTarget,
  ): string =>
    campaign.caller_id ?? chooseCallerId(campaign.provider_caller_ids, phone_number, last_caller_id, trunkQueue.turn++)

  async function beginCalls(queue: CampaignQueue, planned: PlannedCall[], nodeId: string): Promise<void> {
    const { id: campaign_id, workspace_id } = queue.campaign
    const ids = planned.map(({ targetId }) => targetId)
    try {
      const allowance = engine.allowances.get(workspace_id)
      const beginning = begin.call({
        campaign_id,
        ids,
        caller_ids: planned.map(({ callerId }) => callerId),
        node_id: nodeId,
        now: nowText(engine),
        min_minutes_between_calls: allowance?.min_minutes_between_calls ?? 0,
      })
      const [, rows] = await inWorkspaceOf(engine, queue).db.together([lockNumbers.call({ ids }), beginning])
      // The number may have been changed since the claim.
      const allowed = rows.filter(({ phone_number }) => allowance && destinationFault(phone_number, allowance) === null)
      const begun = new Map(allowed.map((row) => [row.target_id, row]))
      for (const call of planned) call.begun = begun.get(call.targetId) ?? null
    } catch (error) {
      services.log.warn({ err: error }, 'Calls could not be begun; their contacts go back to the queue.')
    }
    for (const call of planned) call.state = call.begun ? 'ready' : 'void'
    engine.progress.changed(workspace_id, [campaign_id])
    const refused = planned.filter(({ begun }) => !begun).map(({ targetId }) => targetId)
    await releaseTargets(engine, queue, refused, nodeId)
  }

  function makeCalls(trunkQueue: TrunkQueue, now: number): void {
    for (let call; (call = trunkQueue.plan[0]) && call.state !== 'beginning';) {
      const stale = now - call.plannedAt > staleMs
      const mayNotYet = isWaitedFor(trunkQueue) || Math.max(call.at, admission.opensAt(trunkQueue)) > now
      if (call.state === 'ready' && !stale && mayNotYet) return
      trunkQueue.plan.shift()
      call.queue.planned--
      const { queue, begun, targetId, nodeId } = call
      if (!begun) continue
      const allowed =
        !stale && !stopped && telephony.mayDial() && nodeId === telephony.nodeId() && queue.campaign.status === 'active'
      if (!allowed) {
        engine.runInBackground('Releasing a contact', releaseTargets(engine, queue, [targetId], nodeId))
        continue
      }
      if (now - call.at > latenessMs) postpone(trunkQueue, queue, now - call.at)
      follow(
        trunkQueue,
        queue,
        makeCall(engine, {
          trunkQueue,
          queue,
          targetId,
          nodeId,
          begun,
          mayBridge: () => capacity.mayBridge(trunkQueue),
        }),
      )
    }
  }

  function follow(trunkQueue: TrunkQueue, queue: CampaignQueue, call: Promise<NotAdmitted | undefined>): void {
    queue.active++
    trunkQueue.active++
    const over = call
      .then((refusal) => (refusal ? admission.refused(trunkQueue, refusal) : admission.callEnded()))
      .finally(() => {
        queue.active--
        trunkQueue.active--
        calls.delete(over)
        if (calls.size === 0) onIdle()
      })
    calls.add(over)
    engine.runInBackground('Making a call', over)
  }

  return {
    assign,
    run,
    isBusy: () =>
      calls.size > 0 ||
      [...trunkQueues.values()].some(({ plan }) => plan.length > 0) ||
      [...queues.values()].some(({ claimed }) => claimed.length > 0),
    async stop() {
      stopped = true
      for (const queue of queues.values()) releaseClaims(queue)
      while (
        [...trunkQueues.values()].some(
          ({ claiming, plan }) => claiming > 0 || plan.some(({ state }) => state === 'beginning'),
        )
      ) {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 10))
      }
      run()
      for (const trunkQueue of trunkQueues.values()) {
        for (const { queue, targetId, nodeId } of trunkQueue.plan.splice(0))
          await releaseTargets(engine, queue, [targetId], nodeId)
      }
      for (const queue of queues.values()) {
        const ids = queue.claimed.splice(0).map(({ id }) => id)
        await releaseTargets(engine, queue, ids, telephony.nodeId())
      }
    },
    async idle() {
      while (calls.size > 0) await Promise.all(calls)
    },
  }
}

const isToBeCalled = (row: ClaimedRow): row is ClaimedRow & ClaimedTarget =>
  row.verdict === 'call' && row.phone_number !== null
