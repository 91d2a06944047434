import { type Clock, type Timer, systemClock } from '@switchboard/voice'
import { serverContext } from '../../../platform/services.ts'
import { ContactListChanged } from '../../contacts/events.ts'
import { CallingLimitsChanged } from '../../telephony/events.ts'
import type { CallService, CallingContext } from '../../telephony/index.ts'
import { CampaignChanged, CampaignStatusChanged } from '../events.ts'
import { enrolBatchSize } from '../targets.ts'
import type { Engine } from './context.ts'
import { createDispatcher } from './dispatcher.ts'
import { createProgress } from './progress.ts'
import { createRecorder } from './recorder.ts'
import { createEngineTime, readDatabaseTime } from './time.ts'
import { pollCampaigns } from './poll.ts'

/** Polls the campaigns when it is woken and when an event concerns them. `stop` writes all results. */
export type CampaignEngine = CallService

export interface CampaignEngineOptions extends CallingContext {
  clock?: Clock
  /** Returns Unix time in ms of the database. Default: a query. */
  readTime?: () => Promise<number>
  /** How often campaigns are polled while calls are made. Default 1 s. */
  pollMs?: number
  /** How often campaigns are polled while there is nothing to do. Default 10 s. */
  idlePollMs?: number
  /** Contacts that are enrolled in one transaction. Default 2,000. */
  enrolBatch?: number
}

const wakingEvents = new Set<string>([CampaignStatusChanged.type, CampaignChanged.type, CallingLimitsChanged.type])

/**
 * Runs the campaigns whose provider this node holds. One loop polls the campaigns, claims contacts a little ahead,
 * schedules each call within the calls per second of its campaign and its trunk, and makes it. The database is the only
 * source of truth: the state in memory may be lost at any time.
 */
export function createCampaignEngine(options: CampaignEngineOptions): CampaignEngine {
  const { services, gateway, telephony, clock = systemClock, pollMs = 1_000, idlePollMs = 10_000 } = options
  const { enrolBatch = enrolBatchSize } = options
  const { readTime = () => readDatabaseTime(serverContext(services, { workspaceId: null })) } = options
  const background = new Set<Promise<void>>()
  let timer: Timer | undefined
  let polledAt = -Infinity
  let polling: Promise<void> | undefined
  let pollNow = false
  let stopped = true

  const progress = createProgress(services, clock)
  const recorder = createRecorder({
    services,
    clock,
    onRecorded: (workspaceId, ids) => progress.changed(workspaceId, ids),
  })
  const engine: Engine = {
    services,
    gateway,
    telephony,
    clock,
    time: createEngineTime(clock, readTime),
    recorder,
    progress,
    pollMs,
    enrolBatch,
    queues: new Map(),
    allowances: new Map(),
    gatewayCalls: 0,
    runInBackground,
    advance,
  }
  const dispatcher = createDispatcher(engine, wake)

  function runInBackground(what: string, work: Promise<unknown>): void {
    const watched = work
      .then(
        () => undefined,
        (error: unknown) => services.log.warn({ err: error }, `${what} failed. The engine tries again.`),
      )
      .finally(() => {
        background.delete(watched)
        advance()
      })
    background.add(watched)
  }

  function advance(): void {
    timer?.cancel()
    if (stopped) return
    const now = clock.monotonic()
    const pollAt = pollNow ? now : polledAt + (dispatcher.isBusy() ? pollMs : idlePollMs)
    if (now >= pollAt && !polling) {
      pollNow = false
      polledAt = now
      polling = pollCampaigns(engine)
        .then((more) => {
          pollNow ||= more
          dispatcher.assign()
        })
        .finally(() => (polling = undefined))
      runInBackground('Polling the campaigns', polling)
    }
    const next = Math.min(dispatcher.run(), polling ? Infinity : Math.max(pollAt, now + 1))
    if (next < Infinity) timer = clock.setTimeout(advance, Math.max(0, next - clock.monotonic()))
  }

  function wake(): void {
    pollNow = true
    advance()
  }

  return {
    start() {
      stopped = false
      wake()
    },
    wake,
    notice({ type, data }) {
      if (type === ContactListChanged.type) {
        const { contact_list_id } = data as { contact_list_id: string }
        const queues = [...engine.queues.values()].filter(
          ({ campaign }) => campaign.contact_list_id === contact_list_id,
        )
        // An import sends an event for each of its batches. One poll a second is enough.
        for (const queue of queues) queue.enrolAt = Math.min(queue.enrolAt, clock.monotonic() + pollMs)
      } else if (wakingEvents.has(type)) wake()
    },
    async stop(deadlineMs) {
      stopped = true
      timer?.cancel()
      await polling?.catch((error: unknown) =>
        services.log.debug({ err: error }, 'The last poll of the campaigns failed.'),
      )
      await dispatcher.stop()
      await gateway.drain(deadlineMs)
      await dispatcher.idle()
      while (background.size > 0) await Promise.all(background)
      await recorder.flush()
      await progress.stop()
    },
  }
}
