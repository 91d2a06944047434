import type { NotAdmitted } from '@switchboard/voice'
import { destinationFault } from '../../telephony/index.ts'
import { tooFewChannels } from '../readiness.ts'
import { createAdmission } from './admission.ts'
import { chooseCallerId } from './caller-ids.ts'
import { type Tally, createCapacity } from './capacity.ts'
import { cannotTransfer, isWaitedFor } from './channels.ts'
import { type ClaimedRow, begin, claim, lockNumbers, refuse, releaseForgotten } from './claims.ts'
import { type Engine, giveBack, inWorkspaceOf, nowText, pauseCampaign } from './context.ts'
import { makeCall } from './dial.ts'
import {
  type ClaimedTarget,
  type Lane,
  type Line,
  type PlannedCall,
  nextCallAt,
  nextClaim,
  openLine,
  postpone,
  shortage,
  takeTurn,
} from './line.ts'

/** Attempts are committed so long before their INVITE leaves. */
const beginAheadMs = 100
/** An attempt whose INVITE could not leave within this is withdrawn: its checks are too old. */
const staleMs = 600
/** A call later than this moves the ones behind it. */
const latenessMs = 8

/** Gives claimed contacts their moments and makes the calls, line by line. */
export interface Dispatcher {
  /** Puts campaigns on their lines after they were looked at. */
  arrange(): void
  /** Does all that can be done now, without waiting; answers the monotonic time at which there will be more to do. */
  run(): number
  /** Has this node calls in progress, or contacts in hand? */
  isBusy(): boolean
  /** Makes no more calls, and gives back every contact who was not called. */
  stop(): Promise<void>
  /** Resolves when every call has ended and its result is written. */
  idle(): Promise<void>
}

export function createDispatcher(engine: Engine, onIdle: () => void): Dispatcher {
  const { services, telephony, clock, lanes } = engine
  const lines = new Map<string, Line>()
  const capacity = createCapacity(engine, lines)
  const admission = createAdmission({
    clock,
    pollMs: engine.pollMs,
    openTrunks: () => engine.aside('Opening a trunk', telephony.sync()),
  })
  const calls = new Set<Promise<void>>()
  let stopped = false

  function arrange(): void {
    const held = telephony.trunks()
    for (const trunk of held.values()) {
      const line = lines.get(trunk.id) ?? openLine(trunk, capacity.pacerOf(trunk.workspaceId))
      lines.set(trunk.id, line)
      line.trunk = trunk
      line.pacer.setRate(trunk.callsPerSecond)
    }
    const lineOf = ({ campaign }: Lane) =>
      campaign.status === 'active' && campaign.sip_provider_id && held.get(campaign.sip_provider_id)?.usable
        ? lines.get(campaign.sip_provider_id)
        : undefined
    for (const line of lines.values())
      line.lanes = line.lanes.filter((lane) => lanes.get(lane.campaign.id) === lane && lineOf(lane) === line)
    for (const lane of lanes.values()) {
      const line = lineOf(lane)
      if (!line) returnClaims(lane)
      else if (!line.lanes.includes(lane)) line.lanes.push(lane)
      if (line && cannotTransfer(line, lane))
        engine.aside('Pausing a campaign', pauseCampaign(engine, lane, tooFewChannels))
    }
    for (const [id, line] of lines) if (!held.has(id) && line.active === 0 && line.plan.length === 0) lines.delete(id)
    capacity.adjust()
  }

  function returnClaims(lane: Lane): void {
    const ids = lane.claimed.splice(0).map(({ id }) => id)
    if (ids.length > 0) engine.aside('Giving contacts back', giveBack(engine, lane, ids, telephony.nodeId()))
  }

  function run(): number {
    const now = clock.monotonic()
    const tally = capacity.tally()
    let next = Infinity
    // Who has least comes first: what becomes free goes to those who wait for it longest.
    for (const line of [...lines.values()].sort((a, b) => tally.of(a) - tally.of(b))) {
      if (telephony.mayDial() && !stopped) {
        startClaim(line, now, tally)
        planCalls(line, now)
      }
      makeCalls(line, now)
      next = Math.min(next, nextMoment(line, now, tally.room(line)))
    }
    return next
  }

  function nextMoment(line: Line, now: number, room: number): number {
    let next = Infinity
    const [first] = line.plan
    if (first && first.state !== 'beginning') {
      // While callers wait it is not made, and given back when it has become stale.
      const at = isWaitedFor(line) ? first.plannedAt + staleMs + 1 : first.at
      next = Math.max(at, admission.opensAt(line))
    }
    if (!telephony.mayDial() || stopped || isWaitedFor(line)) return next
    const untilDueMs = (lane: Lane) => lane.dueAt - engine.time.now()
    for (const lane of line.lanes) {
      if (lane.claimed.length > 0)
        next = Math.min(
          next,
          Math.max(nextCallAt(line, lane), admission.opensAt(line)) - beginAheadMs / (line.plan.length > 0 ? 2 : 1),
        )
      if (line.claiming === 0 && shortage(line, lane, room) > 0)
        next = Math.min(next, Math.max(now + untilDueMs(lane), admission.opensAt(line)))
    }
    return next
  }

  /** One claim at a time on a line, so that the trunk's limit holds in the claiming statement. */
  function startClaim(line: Line, now: number, tally: Tally): void {
    if (line.claiming > 0 || isWaitedFor(line) || admission.opensAt(line) > now) return
    const time = engine.time.now()
    const turn = nextClaim(line, tally.room(line), (lane) => lane.dueAt <= time)
    if (!turn) return
    line.claiming = turn.limit
    tally.take(line, turn.limit)
    engine.aside(
      'Claiming contacts',
      claimInto(turn.lane, turn.limit).finally(() => (line.claiming = 0)),
    )
  }

  async function claimInto(lane: Lane, limit: number): Promise<void> {
    const { id: campaign_id, workspace_id } = lane.campaign
    const node_id = telephony.nodeId()
    const { db } = inWorkspaceOf(engine, lane)
    // Until the campaign is looked at again, unless this finds something: a failure is not repeated at once.
    lane.dueAt = engine.time.now() + engine.pollMs
    if (lane.forgetful)
      await db.all(releaseForgotten, {
        campaign_id,
        node_id,
        known: [...lane.claimed.map(({ id }) => id), ...plannedOf(lane)],
      })
    lane.forgetful = true
    const allowance = engine.allowances.get(workspace_id)
    if (!allowance) return
    const { min_minutes_between_calls } = allowance
    const rows = await db.all(claim, { campaign_id, node_id, now: nowText(engine), limit, min_minutes_between_calls })
    lane.forgetful = false
    if (rows.length > 0) lane.dueAt = 0
    const claimed = rows.filter(isToBeCalled)
    const refused = claimed.filter(({ phone_number }) => destinationFault(phone_number, allowance) !== null)
    lane.claimed.push(...claimed.filter((target) => !refused.includes(target)))
    if (refused.length > 0) await refuseAll(lane, refused, node_id)
    if (rows.length > lane.claimed.length) engine.progress.moved(workspace_id, [campaign_id])
  }

  async function refuseAll(lane: Lane, targets: ClaimedTarget[], node_id: string): Promise<void> {
    const ids = targets.map(({ id }) => id)
    // Should this fail, the claim is taken for lost, and given back with the next one.
    lane.forgetful = true
    await inWorkspaceOf(engine, lane).db.all(refuse, {
      ids,
      node_id,
      cause: 'destination_blocked',
      now: nowText(engine),
    })
    lane.forgetful = false
  }

  const plannedOf = (lane: Lane) =>
    [...lines.values()].flatMap(({ plan }) => plan.filter((call) => call.lane === lane).map(({ targetId }) => targetId))

  /** Fills the plan again when it is half empty, so that attempts are committed some at a time. */
  function planCalls(line: Line, now: number): void {
    if (isWaitedFor(line) || (line.plan.at(-1)?.at ?? -Infinity) > now + beginAheadMs / 2) return
    const nodeId = telephony.nodeId()
    const batches = new Map<Lane, PlannedCall[]>()
    for (let turn; (turn = takeTurn(line, Math.max(now, admission.opensAt(line)), now + beginAheadMs));) {
      const { lane, at } = turn
      const target = lane.claimed.shift() as ClaimedTarget
      const call: PlannedCall = {
        lane,
        targetId: target.id,
        callerId: callerIdFor(line, lane, target),
        nodeId,
        at,
        plannedAt: now,
        state: 'beginning',
        begun: null,
      }
      lane.planned++
      line.plan.push(call)
      const batch = batches.get(lane)
      if (batch) batch.push(call)
      else batches.set(lane, [call])
    }
    for (const [lane, planned] of batches) engine.aside('Beginning calls', beginCalls(lane, planned, nodeId))
  }

  const callerIdFor = (line: Line, { campaign }: Lane, { phone_number, last_caller_id }: ClaimedTarget): string =>
    campaign.caller_id ?? chooseCallerId(campaign.provider_caller_ids, phone_number, last_caller_id, line.turn++)

  async function beginCalls(lane: Lane, planned: PlannedCall[], nodeId: string): Promise<void> {
    const { id: campaign_id, workspace_id } = lane.campaign
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
      const [, rows] = await inWorkspaceOf(engine, lane).db.together([lockNumbers.call({ ids }), beginning])
      // The number may have been changed since the claim.
      const allowed = rows.filter(({ phone_number }) => allowance && destinationFault(phone_number, allowance) === null)
      const begun = new Map(allowed.map((row) => [row.target_id, row]))
      for (const call of planned) call.begun = begun.get(call.targetId) ?? null
    } catch (error) {
      services.log.warn({ err: error }, 'Calls could not be begun; their contacts go back to the queue.')
    }
    for (const call of planned) call.state = call.begun ? 'ready' : 'void'
    engine.progress.moved(workspace_id, [campaign_id])
    const refused = planned.filter(({ begun }) => !begun).map(({ targetId }) => targetId)
    await giveBack(engine, lane, refused, nodeId)
  }

  function makeCalls(line: Line, now: number): void {
    for (let call; (call = line.plan[0]) && call.state !== 'beginning';) {
      const stale = now - call.plannedAt > staleMs
      const mayNotYet = isWaitedFor(line) || Math.max(call.at, admission.opensAt(line)) > now
      if (call.state === 'ready' && !stale && mayNotYet) return
      line.plan.shift()
      call.lane.planned--
      const { lane, begun, targetId, nodeId } = call
      if (!begun) continue
      const allowed =
        !stale && !stopped && telephony.mayDial() && nodeId === telephony.nodeId() && lane.campaign.status === 'active'
      if (!allowed) {
        engine.aside('Giving a contact back', giveBack(engine, lane, [targetId], nodeId))
        continue
      }
      if (now - call.at > latenessMs) postpone(line, lane, now - call.at)
      follow(
        line,
        lane,
        makeCall(engine, { line, lane, targetId, nodeId, begun, mayBridge: () => capacity.mayBridge(line) }),
      )
    }
  }

  function follow(line: Line, lane: Lane, call: Promise<NotAdmitted | undefined>): void {
    lane.active++
    line.active++
    const over = call
      .then((refusal) => (refusal ? admission.refused(line, refusal) : admission.callEnded()))
      .finally(() => {
        lane.active--
        line.active--
        calls.delete(over)
        if (calls.size === 0) onIdle()
      })
    calls.add(over)
    engine.aside('Making a call', over)
  }

  return {
    arrange,
    run,
    isBusy: () =>
      calls.size > 0 ||
      [...lines.values()].some(({ plan }) => plan.length > 0) ||
      [...lanes.values()].some(({ claimed }) => claimed.length > 0),
    async stop() {
      stopped = true
      for (const lane of lanes.values()) returnClaims(lane)
      while (
        [...lines.values()].some(
          ({ claiming, plan }) => claiming > 0 || plan.some(({ state }) => state === 'beginning'),
        )
      ) {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 10))
      }
      run()
      for (const line of lines.values()) {
        for (const { lane, targetId, nodeId } of line.plan.splice(0)) await giveBack(engine, lane, [targetId], nodeId)
      }
      for (const lane of lanes.values()) {
        const ids = lane.claimed.splice(0).map(({ id }) => id)
        await giveBack(engine, lane, ids, telephony.nodeId())
      }
    },
    async idle() {
      while (calls.size > 0) await Promise.all(calls)
    },
  }
}

const isToBeCalled = (row: ClaimedRow): row is ClaimedRow & ClaimedTarget =>
  row.verdict === 'call' && row.phone_number !== null
