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

/** Tells live clients how campaigns stand: absolute counts, so that one lost is made good by the next. */
export interface Progress {
  moved(workspaceId: string, campaignIds: Iterable<string>): void
  /** Tells what is still untold, and then nothing more. */
  stop(): Promise<void>
}

export function createProgress(services: Services, clock: Clock): Progress {
  const moved = new Map<string, Set<string>>()
  let timer: Timer | undefined
  let telling: Promise<void> | undefined
  let stopped = false

  async function tell(): Promise<void> {
    const now = [...moved]
    moved.clear()
    try {
      await tellAll(now)
    } catch (error) {
      services.log.warn({ err: error }, 'Progress of campaigns could not be told.')
    }
  }

  async function tellAll(now: [string, Set<string>][]): Promise<void> {
    for (const [workspaceId, ids] of now) {
      const rows = await serverContext(services, { workspaceId }).db.all(find, { ids: [...ids] })
      for (const row of rows)
        services.live.publish(workspaceTopic(workspaceId, 'campaigns:read'), 'campaign:progress', row)
    }
  }

  function schedule(): void {
    if (timer || stopped) return
    timer = clock.setTimeout(() => {
      telling = tell().finally(() => {
        timer = undefined
        if (moved.size > 0) schedule()
      })
    }, intervalMs)
  }

  return {
    moved(workspaceId, campaignIds) {
      const ids = moved.get(workspaceId) ?? new Set()
      for (const id of campaignIds) ids.add(id)
      if (ids.size === 0) return
      moved.set(workspaceId, ids)
      schedule()
    },
    async stop() {
      stopped = true
      timer?.cancel()
      await telling
      await tell()
    },
  }
}
