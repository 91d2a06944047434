import type { NotAdmitted } from '@switchboard/voice'
import { destinationFault } from '../../telephony/index.ts'
import { tooFewChannels } from '../readiness.ts'
import { createAdmission } from './admission.ts'
import { chooseCallerId } from './caller-ids.ts'
import { createCapacity } from './capacity.ts'
import { cannotTransfer, isWaitedFor } from './channels.ts'
import { createClaimer } from './claimer.ts'
import { begin, lockNumbers, lockPlan } from './claims.ts'
import { type Engine, releaseTargets, inWorkspaceOf, nowText, pauseCampaign } from './context.ts'
import { makeCall } from './dial.ts'
import { type ClaimedTarget, type CampaignQueue, type TrunkQueue, type PlannedCall, openTrunkQueue } from './queues.ts'
import { nextCallAt, postpone, shortage, takeTurn } from './scheduling.ts'
import { lockSpend } from './spend.ts'

/** Attempts are committed this long before their INVITE is sent. */
const beginAheadMs = 100
/** An attempt whose INVITE was not sent within this time is released, because its checks are outdated. */
const staleMs = 600
/** A call later than this postpones the calls after it. */
const latenessMs = 8

/** Schedules the calls to claimed contacts and makes them, trunk by trunk. */
export interface Dispatcher {
  /** Assigns campaigns to the queues of their trunks, after a poll. */
  assign(): void
  /** Does all work that is due, without waiting. Returns the monotonic time of the next work. */
  run(): number
  /** Whether this node has calls in progress, planned calls or claimed contacts. */
  isBusy(): boolean
  /** Makes no more calls and releases the contacts that were not called. */
  stop(): Promise<void>
  /** Resolves when all calls have ended and their results are written. */
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
  const claimer = createClaimer(engine, trunkQueues)
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
      if (!trunkQueue) claimer.release(queue)
      else if (!trunkQueue.queues.includes(queue)) trunkQueue.queues.push(queue)
      if (trunkQueue && cannotTransfer(trunkQueue, queue))
        engine.runInBackground('Pausing a campaign', pauseCampaign(engine, queue, tooFewChannels))
    }
    for (const [id, trunkQueue] of trunkQueues)
      if (!held.has(id) && trunkQueue.active === 0 && trunkQueue.plan.length === 0) trunkQueues.delete(id)
    capacity.adjust()
  }

  function run(): number {
    const now = clock.monotonic()
    const tally = capacity.tally()
    let next = Infinity
    // The workspace with the fewest slots comes first.
    for (const trunkQueue of [...trunkQueues.values()].sort((a, b) => tally.of(a) - tally.of(b))) {
      if (telephony.mayDial() && !stopped) {
        claimer.start(trunkQueue, now, admission.opensAt(trunkQueue), tally)
        planCalls(trunkQueue, now)
      }
      makeDueCalls(trunkQueue, now)
      next = Math.min(next, nextActionAt(trunkQueue, now, tally.room(trunkQueue)))
    }
    return next
  }

  function nextActionAt(trunkQueue: TrunkQueue, now: number, room: number): number {
    let next = Infinity
    const [first] = trunkQueue.plan
    if (first && first.state !== 'beginning') {
      // It is not made while contacts wait for a channel, and it is released when it has become stale.
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

  /** Refills the plan when it is half empty, so that attempts are committed in batches. */
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
    for (const [queue, planned] of batches) engine.runInBackground('Starting calls', beginCalls(queue, planned, nodeId))
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
      const max_calls_per_month = allowance?.max_calls_per_month ?? null
      const beginning = begin.call({
        campaign_id,
        ids,
        caller_ids: planned.map(({ callerId }) => callerId),
        node_id: nodeId,
        now: nowText(engine),
        min_minutes_between_calls: allowance?.min_minutes_between_calls ?? 0,
        max_calls_per_month,
      })
      const [, , , rows] = await inWorkspaceOf(engine, queue).db.together([
        lockNumbers.call({ ids }),
        lockSpend.call({}),
        lockPlan.call({ max_calls_per_month }),
        beginning,
      ])
      if (allowance && (allowance.spend_limited || max_calls_per_month !== null) && rows.length < ids.length)
        allowance.spend_reserved = true
      // The number may have been changed since the claim.
      const allowed = rows.filter(({ phone_number }) => allowance && destinationFault(phone_number, allowance) === null)
      const begun = new Map(allowed.map((row) => [row.target_id, row]))
      for (const call of planned) call.begun = begun.get(call.targetId) ?? null
    } catch (error) {
      services.log.warn({ err: error }, 'Calls could not be started. Their contacts return to the queue.')
    }
    for (const call of planned) call.state = call.begun ? 'ready' : 'void'
    engine.progress.changed(workspace_id, [campaign_id])
    const refused = planned.filter(({ begun }) => !begun).map(({ targetId }) => targetId)
    await releaseTargets(engine, queue, refused, nodeId)
  }

  function makeDueCalls(trunkQueue: TrunkQueue, now: number): void {
    for (let call; (call = trunkQueue.plan[0]) && call.state !== 'beginning';) {
      const stale = now - call.plannedAt > staleMs
      const mustWait = isWaitedFor(trunkQueue) || Math.max(call.at, admission.opensAt(trunkQueue)) > now
      if (call.state === 'ready' && !stale && mustWait) return
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
      track(
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

  function track(trunkQueue: TrunkQueue, queue: CampaignQueue, call: Promise<NotAdmitted | undefined>): void {
    queue.active++
    trunkQueue.active++
    const ended = call
      .then((refusal) => (refusal ? admission.refused(trunkQueue, refusal) : admission.callEnded()))
      .finally(() => {
        queue.active--
        trunkQueue.active--
        calls.delete(ended)
        if (calls.size === 0) onIdle()
      })
    calls.add(ended)
    engine.runInBackground('Making a call', ended)
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
      for (const queue of queues.values()) claimer.release(queue)
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
