import type { Clock, Timer } from '@switchboard/voice'
import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'
import { workspaceTopic } from '../../../platform/events.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { countColumns } from '../counts.ts'
import type { CampaignProgress } from '../schema.ts'

const find = statement(
  'campaigns.progress',
  (_, p: { ids: string[] }) =>
    sql<CampaignProgress>`
    select c.id as campaign_id, c.status, ${countColumns} from campaigns.campaigns c where c.id = any(${p.ids}::uuid[])`,
)

/** At most four times a second for one campaign. */
const intervalMs = 250

/** Publishes the progress of campaigns to live clients. The counts are absolute, so a lost event is corrected by the next. */
export interface Progress {
  /** Schedules a publication for campaigns whose counts have changed. */
  changed(workspaceId: string, campaignIds: Iterable<string>): void
  /** Publishes the pending changes, and nothing afterwards. */
  stop(): Promise<void>
}

export function createProgress(services: Services, clock: Clock): Progress {
  const pending = new Map<string, Set<string>>()
  let timer: Timer | undefined
  let publishing: Promise<void> | undefined
  let stopped = false

  async function publish(): Promise<void> {
    const batch = [...pending]
    pending.clear()
    try {
      await publishAll(batch)
    } catch (error) {
      services.log.warn({ err: error }, 'Progress of campaigns could not be published.')
    }
  }

  async function publishAll(batch: [string, Set<string>][]): Promise<void> {
    for (const [workspaceId, ids] of batch) {
      const rows = await serverContext(services, { workspaceId }).db.all(find, { ids: [...ids] })
      for (const row of rows)
        services.live.publish(workspaceTopic(workspaceId, 'campaigns:read'), 'campaign:progress', row)
    }
  }

  function schedule(): void {
    if (timer || stopped) return
    timer = clock.setTimeout(() => {
      publishing = publish().finally(() => {
        timer = undefined
        if (pending.size > 0) schedule()
      })
    }, intervalMs)
  }

  return {
    changed(workspaceId, campaignIds) {
      const ids = pending.get(workspaceId) ?? new Set()
      for (const id of campaignIds) ids.add(id)
      if (ids.size === 0) return
      pending.set(workspaceId, ids)
      schedule()
    },
    async stop() {
      stopped = true
      timer?.cancel()
      await publishing
      await publish()
    },
  }
}
