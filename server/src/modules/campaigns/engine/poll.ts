import { transaction } from '../../../platform/context.ts'
import { serverContext } from '../../../platform/services.ts'
import { getCampaign } from '../campaigns.ts'
import { publishStatus } from '../status.ts'
import { enrolContacts } from '../targets.ts'
import { findAllowances } from './allowances.ts'
import { repairDueTimes } from './claims.ts'
import { complete, findRunning } from './running-campaigns.ts'
import { type Engine, inWorkspaceOf, nowText, pauseCampaign } from './context.ts'
import { type CampaignQueue, hasWork, openCampaignQueue } from './queues.ts'
import { recoverOrphans } from './recovery.ts'

const enrolEveryMs = 60_000

/**
 * Reads the settings, status and due times of the campaigns of this node's trunks, enrols contacts, and completes
 * campaigns that are done. Returns true when there are more contacts to enrol: then it should be called again at once.
 */
export async function pollCampaigns(engine: Engine): Promise<boolean> {
  const { services, telephony, queues, clock } = engine
  const { requeued, unknown } = await recoverOrphans(services)
  if (requeued + unknown > 0) services.log.warn({ requeued, unknown }, 'Calls of a lost node were recovered.')
  if (await engine.time.adjust()) {
    services.log.warn('The clock of the database was set back. The due times are repaired.')
    for (const queue of queues.values()) queue.areDueTimesRepaired = false
  }
  const ids = queues
    .values()
    .filter(hasWork)
    .map(({ campaign }) => campaign.id)
    .toArray()
  const rows = await serverContext(services, { workspaceId: null }).db.all(findRunning, {
    node_id: telephony.nodeId(),
    ids,
  })
  const workspaces = new Set(rows.map((row) => row.workspace_id))
  engine.allowances = await findAllowances(services, [...workspaces], nowText(engine))
  engine.gatewayCalls = (await engine.gateway.load()).activeCalls
  let more = false
  for (const row of rows) {
    const queue = queues.get(row.id) ?? openCampaignQueue(row)
    queues.set(row.id, queue)
    queue.campaign = row
    queue.pacer.setRate(row.calls_per_second)
    queue.dueAt = row.due_at === null ? Infinity : Date.parse(row.due_at)
    if (!queue.areDueTimesRepaired) await repair(engine, queue)
    if (row.status === 'stopped') cancelUnanswered(queue)
    const exhausted = engine.allowances.get(row.workspace_id)?.exhausted ?? null
    const isWaiting = row.start_at !== null && Date.parse(row.start_at) > engine.time.now()
    if (row.status === 'active' && exhausted !== null && !isWaiting) {
      await pauseCampaign(engine, queue, exhausted)
      queue.campaign = { ...row, status: 'paused' }
      continue
    }
    const mayEnrol = row.enrolling ? row.status === 'paused' || row.status === 'active' : row.status === 'active'
    if (mayEnrol && (row.enrolling || clock.monotonic() >= queue.enrolAt) && (await enrol(engine, queue))) more = true
    if (queue.campaign.unfinished === 0 && (row.status === 'active' || row.status === 'paused'))
      await finish(engine, queue)
  }
  const found = new Set(rows.map(({ id }) => id))
  for (const [id, queue] of queues) {
    if (found.has(id)) continue
    // The campaign was deleted, or another node has taken its trunk.
    queue.campaign = { ...queue.campaign, status: 'stopped', sip_provider_id: null }
    if (!hasWork(queue)) queues.delete(id)
  }
  return more
}

/** See `repairDueTimes`. */
async function repair(engine: Engine, queue: CampaignQueue): Promise<void> {
  await inWorkspaceOf(engine, queue).db.all(repairDueTimes, { campaign_id: queue.campaign.id, now: nowText(engine) })
  queue.areDueTimesRepaired = true
  queue.dueAt = 0
}

/** Enrols one batch. Returns true when there are more contacts to enrol. */
async function enrol(engine: Engine, queue: CampaignQueue): Promise<boolean> {
  const { enrolled, more } = await transaction(inWorkspaceOf(engine, queue), (ctx) =>
    enrolContacts(ctx, queue.campaign.id, engine.enrolBatch),
  )
  queue.enrolAt = engine.clock.monotonic() + (more ? 0 : enrolEveryMs)
  if (enrolled === 0) return more
  queue.dueAt = 0
  queue.campaign = { ...queue.campaign, unfinished: queue.campaign.unfinished + enrolled }
  engine.progress.changed(queue.campaign.workspace_id, [queue.campaign.id])
  return more
}

async function finish(engine: Engine, queue: CampaignQueue): Promise<void> {
  const { id } = queue.campaign
  await transaction(inWorkspaceOf(engine, queue), async (ctx) => {
    // Contacts that were added to the list in the last minute are enrolled first.
    const { enrolled, more } = await enrolContacts(ctx, id, engine.enrolBatch)
    if (enrolled > 0 || more) return
    if (!(await ctx.db.maybe(complete, { id, now: nowText(engine) }))) return
    publishStatus(ctx, await getCampaign(ctx, id))
    queue.campaign = { ...queue.campaign, status: 'completed' }
  })
}

export function cancelUnanswered(queue: CampaignQueue): void {
  for (const controller of queue.unanswered) controller.abort()
}
