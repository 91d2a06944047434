import { transaction } from '../../../platform/context.ts'
import { serverContext } from '../../../platform/services.ts'
import { getCampaign } from '../campaigns.ts'
import { tellStatus } from '../status.ts'
import { enrolContacts } from '../targets.ts'
import { findAllowances } from './allowances.ts'
import { complete, findEngaged, mendDueTimes } from './claims.ts'
import { type Engine, inWorkspaceOf, nowText, pauseCampaign } from './context.ts'
import { type Lane, isEngaged, openLane } from './line.ts'
import { recoverOrphans } from './recovery.ts'

const enrolEveryMs = 60_000

/**
 * Looks at the campaigns of this node's trunks: settings, status, what is due; enrols contacts; ends what is done. Returns
 * whether there are more contacts to enrol, for which it is to be called again at once.
 */
export async function watchCampaigns(engine: Engine): Promise<boolean> {
  const { services, telephony, lanes, clock } = engine
  const { requeued, unknown } = await recoverOrphans(services)
  if (requeued + unknown > 0) services.log.warn({ requeued, unknown }, 'Calls of a node that is gone were taken over.')
  if (await engine.time.adjust()) {
    services.log.warn('The clock of the database was set back. What was due stays due.')
    for (const lane of lanes.values()) lane.isMended = false
  }
  const ids = lanes
    .values()
    .filter(isEngaged)
    .map(({ campaign }) => campaign.id)
    .toArray()
  const rows = await serverContext(services, { workspaceId: null }).db.all(findEngaged, {
    node_id: telephony.nodeId(),
    ids,
  })
  const workspaces = new Set(rows.map((row) => row.workspace_id))
  engine.allowances = await findAllowances(services, [...workspaces])
  engine.gatewayCalls = (await engine.gateway.load()).activeCalls
  let more = false
  for (const row of rows) {
    const lane = lanes.get(row.id) ?? openLane(row)
    lanes.set(row.id, lane)
    lane.campaign = row
    lane.pacer.setRate(row.calls_per_second)
    lane.dueAt = row.due_at === null ? Infinity : Date.parse(row.due_at)
    if (!lane.isMended) await mend(engine, lane)
    if (row.status === 'stopped') cancelUnanswered(lane)
    const exhausted = engine.allowances.get(row.workspace_id)?.exhausted ?? null
    if (row.status === 'active' && exhausted !== null) {
      await pauseCampaign(engine, lane, exhausted)
      lane.campaign = { ...row, status: 'paused' }
      continue
    }
    const mayEnrol = row.enrolling ? row.status === 'paused' || row.status === 'active' : row.status === 'active'
    if (mayEnrol && (row.enrolling || clock.monotonic() >= lane.enrolAt) && (await letJoin(engine, lane))) more = true
    if (lane.campaign.unfinished === 0 && (row.status === 'active' || row.status === 'paused'))
      await finish(engine, lane)
  }
  const found = new Set(rows.map(({ id }) => id))
  for (const [id, lane] of lanes) {
    if (found.has(id)) continue
    // Deleted, or another node's by now.
    lane.campaign = { ...lane.campaign, status: 'stopped', sip_provider_id: null }
    if (!isEngaged(lane)) lanes.delete(id)
  }
  return more
}

/** See `mendDueTimes`. */
async function mend(engine: Engine, lane: Lane): Promise<void> {
  await inWorkspaceOf(engine, lane).db.all(mendDueTimes, { campaign_id: lane.campaign.id, now: nowText(engine) })
  lane.isMended = true
  lane.dueAt = 0
}

/** Enrols one batch. Returns whether there is another one. */
async function letJoin(engine: Engine, lane: Lane): Promise<boolean> {
  const { enrolled, more } = await transaction(inWorkspaceOf(engine, lane), (ctx) =>
    enrolContacts(ctx, lane.campaign.id, engine.enrolBatch),
  )
  lane.enrolAt = engine.clock.monotonic() + (more ? 0 : enrolEveryMs)
  if (enrolled === 0) return more
  lane.dueAt = 0
  lane.campaign = { ...lane.campaign, unfinished: lane.campaign.unfinished + enrolled }
  engine.progress.moved(lane.campaign.workspace_id, [lane.campaign.id])
  return more
}

async function finish(engine: Engine, lane: Lane): Promise<void> {
  const { id } = lane.campaign
  await transaction(inWorkspaceOf(engine, lane), async (ctx) => {
    // Contacts that came onto the list in the last minute are still to be called.
    const { enrolled, more } = await enrolContacts(ctx, id, engine.enrolBatch)
    if (enrolled > 0 || more) return
    if (!(await ctx.db.maybe(complete, { id, now: nowText(engine) }))) return
    tellStatus(ctx, await getCampaign(ctx, id))
    lane.campaign = { ...lane.campaign, status: 'completed' }
  })
}

export function cancelUnanswered(lane: Lane): void {
  for (const controller of lane.unanswered) controller.abort()
}
