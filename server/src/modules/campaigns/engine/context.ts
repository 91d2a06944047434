import type { Clock, VoiceGateway } from '@switchboard/voice'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import type { Telephony } from '../../telephony/index.ts'
import { changeStatus } from '../status.ts'
import type { Allowance } from './allowances.ts'
import type { CampaignQueue } from './queues.ts'
import type { Progress } from './progress.ts'
import type { Recorder } from './recorder.ts'
import type { EngineTime } from './time.ts'
import { releaseClaims } from './claims.ts'

/** The state and services that the parts of one engine share. */
export interface Engine {
  readonly services: Services
  readonly gateway: VoiceGateway
  readonly telephony: Telephony
  readonly clock: Clock
  readonly time: EngineTime
  readonly recorder: Recorder
  readonly progress: Progress
  readonly pollMs: number
  /** Contacts that are enrolled in one transaction. */
  readonly enrolBatch: number
  /** By campaign. */
  readonly queues: Map<string, CampaignQueue>
  /** By workspace, as of the last poll. */
  allowances: ReadonlyMap<string, Allowance>
  /** Calls in the gateway at the last poll, incoming calls included. */
  gatewayCalls: number
  /** Does all work that is due, and sets the timer for the next. */
  advance(): void
  /** Runs work in the background. Advances the engine when it is done. Logs a failure. */
  runInBackground(what: string, work: Promise<unknown>): void
}

/** Returns the server's context in the workspace of a campaign. */
export const inWorkspaceOf = ({ services }: Pick<Engine, 'services'>, { campaign }: CampaignQueue): Ctx =>
  serverContext(services, { workspaceId: campaign.workspace_id, userId: campaign.user_id })

/** Pauses a campaign until a member has changed a setting. `reason` says which. */
export async function pauseCampaign(engine: Engine, queue: CampaignQueue, reason: string): Promise<void> {
  await transaction(inWorkspaceOf(engine, queue), (ctx) => changeStatus(ctx, queue.campaign.id, 'pause', reason))
}

/** Returns the engine's time in ISO 8601. */
export const nowText = ({ time }: Pick<Engine, 'time'>) => new Date(time.now()).toISOString()

/**
 * Releases contacts for which no INVITE was sent. Retries until it succeeds: no other node can release them.
 */
export async function releaseTargets(
  engine: Engine,
  queue: CampaignQueue,
  ids: string[],
  nodeId: string,
): Promise<void> {
  if (ids.length === 0) return
  for (;;) {
    try {
      await inWorkspaceOf(engine, queue).db.all(releaseClaims, { ids, node_id: nodeId })
      queue.dueAt = 0
      return
    } catch (error) {
      engine.services.log.warn(
        { err: error },
        'Contacts that were not called could not be released. The engine tries again.',
      )
      await new Promise<void>((resolve) => engine.clock.setTimeout(resolve, engine.pollMs))
    }
  }
}
