import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type Clock, type Leg, NotAdmitted } from '@switchboard/voice'
import { transaction } from '../../../platform/context.ts'
import { addDoNotCall } from '../../contacts/index.ts'
import { mayTransferTo } from '../../telephony/index.ts'
import { channelsToKeep } from './channels.ts'
import { runCall } from './call.ts'
import { type Begun, hold } from './claims.ts'
import { type Engine, releaseTargets, inWorkspaceOf, nowText, pauseCampaign } from './context.ts'
import type { CampaignQueue, TrunkQueue } from './queues.ts'
import { keepRecording } from './recording.ts'
import type { CallNote } from './recorder.ts'

/** A call that is hung up for its length, transfer included. */
const maxCallMs = 3_600_000
/** The gateway's own spacing is waited for when it is no longer than this. */
const shortWaitMs = 250

export interface CallToMake {
  trunkQueue: TrunkQueue
  queue: CampaignQueue
  targetId: string
  nodeId: string
  begun: Begun
  /** Is there a second place on the node for its transfer? */
  mayBridge(): boolean
}

/**
 * Makes one call whose attempt is committed. Resolves when its result is written, or when the gateway would not take it:
 * then nobody was called, the contact is back in the queue, and `NotAdmitted` says for how long to hold back.
 */
export async function makeCall(engine: Engine, call: CallToMake): Promise<NotAdmitted | undefined> {
  const { queue, begun, nodeId } = call
  const note = (more: Partial<CallNote>) => {
    if (more.ended_at) countRefusals(engine, queue, more.cause === 'auth_failed')
    engine.recorder.note(queue.campaign.workspace_id, {
      ...more,
      ...(more.ended_at && { noted_at: nowText(engine) }),
      attempt_id: begun.attempt_id,
      node_id: nodeId,
    })
  }
  const unanswered = new AbortController()
  queue.unanswered.add(unanswered)
  call.trunkQueue.calls.set(begun.attempt_id, { queue, phase: 'ringing' })
  try {
    const leg = await originate(engine, call, unanswered.signal)
    await runLeg(engine, call, leg, note, () => queue.unanswered.delete(unanswered))
  } catch (error) {
    if (error instanceof NotAdmitted || error instanceof NotMade || unanswered.signal.aborted) {
      await releaseTargets(engine, queue, [call.targetId], nodeId)
      return error instanceof NotAdmitted ? error : undefined
    }
    engine.services.log.error({ err: error, attempt: begun.attempt_id }, 'A call went wrong.')
    // The gateway refuses a malformed request before anything is sent; otherwise nobody knows.
    const refused = error instanceof TypeError
    note({
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

/** A wrong password uses up no more contacts than this. */
const refusalsBeforePause = 100

/** Pauses a campaign whose every call is refused for our credentials: a person has to mend the provider first. */
function countRefusals(engine: Engine, queue: CampaignQueue, refused: boolean): void {
  queue.refusals = refused ? queue.refusals + 1 : 0
  if (queue.refusals !== refusalsBeforePause) return
  engine.runInBackground(
    'Pausing a campaign',
    pauseCampaign(
      engine,
      queue,
      `The SIP provider refused user name or password ${refusalsBeforePause} times in a row. Correct them, then resume.`,
    ),
  )
}

/** No INVITE has left, and none may leave for now. */
class NotMade extends Error {}

async function originate(engine: Engine, call: CallToMake, signal: AbortSignal): Promise<Leg> {
  try {
    return await originateOnce(engine, call, signal)
  } catch (error) {
    if (!(error instanceof NotAdmitted) || error.reason !== 'trunk_limit' || error.retryAfterMs > shortWaitMs)
      throw error
    // The gateway counts its own spacing, which the clock's grain and the last look at the database make us miss.
    await new Promise<void>((resolve) => engine.clock.setTimeout(resolve, error.retryAfterMs))
    return originateOnce(engine, call, signal)
  }
}

/** A voice process that does not answer holds the number's lock no longer than this. */
const heldMs = 250

/**
 * Looks once more whether the call may be made, and sends the INVITE before anybody can change that: whoever puts the
 * number on the do-not-call list is answered after it has left, or before and it does not.
 */
async function originateOnce(engine: Engine, call: CallToMake, signal: AbortSignal): Promise<Leg> {
  const { trunkQueue, queue, begun, targetId: target_id, nodeId: node_id } = call
  const { phone_number } = begun
  const sent: { leg?: Promise<Leg> } = {}
  try {
    await transaction(inWorkspaceOf(engine, queue), async (ctx) => {
      const [, mayCall] = await ctx.db.together([
        hold.lock.call({ phone_number }),
        hold.check.call({ target_id, node_id, phone_number }),
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
      await settled(engine.clock, sent.leg, heldMs)
    })
  } catch (error) {
    engine.services.log.warn({ err: error }, 'The last look before a call, or its end, failed.')
  }
  if (!sent.leg) throw new NotMade()
  return sent.leg
}

/** Resolves when `work` is over, well or not, or after `ms`. */
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
  note: (more: Partial<CallNote>) => void,
  onAnswered: () => void,
): Promise<void> {
  const { services, clock } = engine
  const { campaign } = call.queue
  const { key_map, transfer_number: to, transfer_wait_seconds } = campaign
  const folder = path.join(services.config.dataDir, 'recordings')
  const recordingPath = campaign.record ? path.join(folder, `${leg.attemptId}.wav`) : null
  if (recordingPath) await mkdir(folder, { recursive: true, mode: 0o700 })
  const sound = async (key: string | null) => (key ? { path: await services.storage.localPath(key) } : null)
  const [greeting, music, apology] = await Promise.all([
    sound(campaign.greeting_storage_key),
    sound(campaign.hold_storage_key),
    sound(campaign.apology_storage_key),
  ])
  const { trunkQueue } = call
  const mode = trunkQueue.trunk.transferMode
  const waitMs = transfer_wait_seconds * 1000
  const transfer = to ? { to, mode, callerId: call.begun.caller_id, waitMs, ...(music && { hold: music }) } : null
  await runCall(
    leg,
    { greeting, key_map, transfer, apology, recordingPath },
    {
      clock,
      note,
      onPhase(phase) {
        onAnswered()
        trunkQueue.calls.set(leg.attemptId, { queue: call.queue, phase })
        engine.advance()
      },
      onTransferred(result) {
        if (result.ok && mode === 'refer') trunkQueue.refusesRefer = result.mode === 'bridge'
      },
      onFault: (error) => services.log.error({ err: error, attempt: leg.attemptId }, 'A call had to be hung up.'),
      // Who waits for a channel keeps the place in the queue, whatever others have taken since.
      mayTransferTo: async (number) =>
        (trunkQueue.calls.get(leg.attemptId)?.phase === 'waiting' || call.mayBridge()) &&
        mayTransferTo(inWorkspaceOf(engine, call.queue), number),
      optOut: () =>
        transaction(inWorkspaceOf(engine, call.queue), async (ctx) => {
          await addDoNotCall(ctx, call.begun.phone_number, 'Asked by key during a call')
        }),
    },
  )
  if (recordingPath)
    engine.runInBackground(
      'Keeping a recording',
      keepRecording(inWorkspaceOf(engine, call.queue), leg.attemptId, recordingPath),
    )
}
