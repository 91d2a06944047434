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
import { withdraw } from './claims.ts'

/** What the parts of one engine share. */
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
  /** By workspace, as of the last look. */
  allowances: ReadonlyMap<string, Allowance>
  /** Calls that the gateway had at the last look: calls that came in are among them. */
  gatewayCalls: number
  /** Does what can be done now, and sets the timer for the rest. */
  advance(): void
  /** Runs something beside the loop, which continues when it is done. A failure is logged. */
  runInBackground(what: string, work: Promise<unknown>): void
}

/** The server at work for a campaign, in its workspace. */
export const inWorkspaceOf = ({ services }: Pick<Engine, 'services'>, { campaign }: CampaignQueue): Ctx =>
  serverContext(services, { workspaceId: campaign.workspace_id, userId: campaign.user_id })

/** Pauses a campaign that cannot go on before a person has changed something: `reason` says what. */
export async function pauseCampaign(engine: Engine, queue: CampaignQueue, reason: string): Promise<void> {
  await transaction(inWorkspaceOf(engine, queue), (ctx) => changeStatus(ctx, queue.campaign.id, 'pause', reason))
}

/** Engine time as the database reads it. */
export const nowText = ({ time }: Pick<Engine, 'time'>) => new Date(time.now()).toISOString()

/**
 * Releases contacts for whom no INVITE has left. Tries until it succeeds: only this node can do it while it lives.
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
      await inWorkspaceOf(engine, queue).db.all(withdraw, { ids, node_id: nodeId })
      queue.dueAt = 0
      return
    } catch (error) {
      engine.services.log.warn({ err: error }, 'Contacts who were not called could not be released; trying again.')
      await new Promise<void>((resolve) => engine.clock.setTimeout(resolve, engine.pollMs))
    }
  }
}
