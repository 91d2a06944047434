import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type Clock, type Leg, NotAdmitted } from '@switchboard/voice'
import { transaction } from '../../../platform/context.ts'
import { addDoNotCall } from '../../contacts/index.ts'
import { mayTransferTo } from '../../telephony/index.ts'
import { channelsToKeep } from './channels.ts'
import { runCall } from './call.ts'
import { type Begun, lastCheck } from './claims.ts'
import { type Engine, releaseTargets, inWorkspaceOf, nowText, pauseCampaign } from './context.ts'
import type { CampaignQueue, TrunkQueue } from './queues.ts'
import { storeRecording } from './recording.ts'
import type { CallEvent } from './recorder.ts'
import { maxCallMs } from './spend.ts'

/** The engine waits for the gateway's own spacing when it is at most this long. */
const shortWaitMs = 250

export interface CallToMake {
  trunkQueue: TrunkQueue
  queue: CampaignQueue
  targetId: string
  nodeId: string
  begun: Begun
  /** Whether the node has a second slot for the call's transfer. */
  mayBridge(): boolean
}

/**
 * Makes one call whose attempt is committed. Resolves when its result is written. Resolves to `NotAdmitted` when the gateway
 * refused the call: then no INVITE was sent, the contact is back in the queue, and `retryAfterMs` says how long to wait.
 */
export async function makeCall(engine: Engine, call: CallToMake): Promise<NotAdmitted | undefined> {
  const { queue, begun, nodeId } = call
  const record = (event: Partial<CallEvent>) => {
    if (event.ended_at) countRefusals(engine, queue, event.cause === 'auth_failed')
    engine.recorder.record(queue.campaign.workspace_id, {
      ...event,
      ...(event.ended_at && { observed_at: nowText(engine) }),
      attempt_id: begun.attempt_id,
      node_id: nodeId,
    })
  }
  const unanswered = new AbortController()
  queue.unanswered.add(unanswered)
  call.trunkQueue.calls.set(begun.attempt_id, { queue, phase: 'ringing' })
  try {
    const leg = await originate(engine, call, unanswered.signal)
    await runLeg(engine, call, leg, record, () => queue.unanswered.delete(unanswered))
  } catch (error) {
    if (error instanceof NotAdmitted || error instanceof NotMade || unanswered.signal.aborted) {
      await releaseTargets(engine, queue, [call.targetId], nodeId)
      return error instanceof NotAdmitted ? error : undefined
    }
    engine.services.log.error({ err: error, attempt: begun.attempt_id }, 'A call failed.')
    // The gateway refuses a malformed request before it sends anything. After other errors the result is unknown.
    const refused = error instanceof TypeError
    record({
      status: refused ? 'failed' : 'unknown',
      cause: refused ? 'invalid_number' : 'internal_error',
      ended_at: nowText(engine),
    })
  } finally {
    queue.unanswered.delete(unanswered)
    call.trunkQueue.calls.delete(begun.attempt_id)
  }
  await engine.recorder.written(begun.attempt_id)
  return undefined
}

/** The number of consecutive refusals after which a campaign is paused. */
const refusalsBeforePause = 100

/** Pauses a campaign when the carrier refuses the credentials of every call. A member has to correct the provider first. */
function countRefusals(engine: Engine, queue: CampaignQueue, refused: boolean): void {
  queue.refusals = refused ? queue.refusals + 1 : 0
  if (queue.refusals !== refusalsBeforePause) return
  engine.runInBackground(
    'Pausing a campaign',
    pauseCampaign(
      engine,
      queue,
      `The SIP provider refused the user name or password ${refusalsBeforePause} times in a row. Correct them, then resume.`,
    ),
  )
}

/** No INVITE was sent, because the call may not be made now. */
class NotMade extends Error {}

async function originate(engine: Engine, call: CallToMake, signal: AbortSignal): Promise<Leg> {
  try {
    return await originateOnce(engine, call, signal)
  } catch (error) {
    if (!(error instanceof NotAdmitted) || error.reason !== 'trunk_limit' || error.retryAfterMs > shortWaitMs)
      throw error
    // The gateway keeps its own spacing. The clock's resolution and the last check can make a call slightly too early for it.
    await new Promise<void>((resolve) => engine.clock.setTimeout(resolve, error.retryAfterMs))
    return originateOnce(engine, call, signal)
  }
}

/** How long the number's lock is held at most when the voice process does not respond. */
const maxLockMs = 250

/**
 * Checks again whether the call may be made, and sends the INVITE under the number's lock. A request that puts the number
 * on the do-not-call list either completes before the check, or waits until the INVITE was sent.
 */
async function originateOnce(engine: Engine, call: CallToMake, signal: AbortSignal): Promise<Leg> {
  const { trunkQueue, queue, begun, targetId: target_id, nodeId: node_id } = call
  const { phone_number } = begun
  const sent: { leg?: Promise<Leg> } = {}
  try {
    await transaction(inWorkspaceOf(engine, queue), async (ctx) => {
      const [, mayCall] = await ctx.db.together([
        lastCheck.lock.call({ phone_number }),
        lastCheck.check.call({ target_id, node_id, phone_number }),
      ])
      if (mayCall?.length === 0 || !engine.telephony.mayDial()) return
      sent.leg = engine.gateway.originate(
        {
          attemptId: begun.attempt_id,
          trunkId: trunkQueue.trunk.id,
          to: phone_number,
          callerId: begun.caller_id,
          ringTimeoutMs: queue.campaign.ring_timeout_seconds * 1000,
          maxDurationMs: maxCallMs,
          keepFree: channelsToKeep(trunkQueue),
        },
        signal,
      )
      await settled(engine.clock, sent.leg, maxLockMs)
    })
  } catch (error) {
    engine.services.log.warn({ err: error }, 'The last check before a call failed.')
  }
  if (!sent.leg) throw new NotMade()
  return sent.leg
}

/** Resolves when `work` has succeeded or failed, or after `ms`. */
function settled(clock: Clock, work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(resolve, ms)
    const done = () => {
      timer.cancel()
      resolve()
    }
    work.then(done, done)
  })
}

async function runLeg(
  engine: Engine,
  call: CallToMake,
  leg: Leg,
  record: (event: Partial<CallEvent>) => void,
  onAnswered: () => void,
): Promise<void> {
  const { services, clock } = engine
  const { campaign } = call.queue
  const { key_map, transfer_wait_seconds } = campaign
  const folder = path.join(services.config.dataDir, 'recordings')
  const recordingPath = campaign.record ? path.join(folder, `${leg.attemptId}.wav`) : null
  if (recordingPath) await mkdir(folder, { recursive: true, mode: 0o700 })
  const audioOf = async (key: string | null) => (key ? { path: await services.storage.localPath(key) } : null)
  const [greeting, music, apology] = await Promise.all([
    audioOf(campaign.greeting_storage_key),
    audioOf(campaign.hold_storage_key),
    audioOf(campaign.apology_storage_key),
  ])
  const { trunkQueue } = call
  const mode = trunkQueue.trunk.transferMode
  const waitMs = transfer_wait_seconds * 1000
  const settings = { mode, callerId: call.begun.caller_id, waitMs, ...(music && { hold: music }) }
  const [first] = campaign.transfer_numbers
  const transfer = first === undefined ? null : { settings, first, numbers: () => numbersInTurn(call.queue) }
  await runCall(
    leg,
    { greeting, key_map, transfer, apology, recordingPath },
    {
      clock,
      record,
      onPhase(phase) {
        onAnswered()
        trunkQueue.calls.set(leg.attemptId, { queue: call.queue, phase })
        engine.advance()
      },
      onTransferred(result) {
        if (result.ok && mode === 'refer') trunkQueue.refusesRefer = result.mode === 'bridge'
      },
      onFault: (error) =>
        services.log.error({ err: error, attempt: leg.attemptId }, 'A call was hung up after an internal error.'),
      // A contact who waits for a channel keeps their slot, even when others have taken the rest.
      mayTransferTo: async (number) =>
        (trunkQueue.calls.get(leg.attemptId)?.phase === 'waiting' || call.mayBridge()) &&
        // Under a spend limit the reservation must cover the second leg.
        (!call.begun.spend_limited || call.begun.rated_transfer_numbers.includes(number)) &&
        mayTransferTo(inWorkspaceOf(engine, call.queue), number),
      optOut: () =>
        transaction(inWorkspaceOf(engine, call.queue), async (ctx) => {
          await addDoNotCall(ctx, call.begun.phone_number, 'Asked by key during a call')
        }),
    },
  )
  if (recordingPath)
    engine.runInBackground(
      'Storing a recording',
      storeRecording(inWorkspaceOf(engine, call.queue), leg.attemptId, recordingPath),
    )
}

/** Returns the transfer numbers in the order in which the next transfer tries them. */
function numbersInTurn(queue: CampaignQueue): string[] {
  const { transfer_numbers: numbers, transfer_order } = queue.campaign
  if (transfer_order === 'in_order') return numbers
  const first = queue.transfers++ % numbers.length
  return [...numbers.slice(first), ...numbers.slice(0, first)]
}
