import type {
  Clock,
  EndCause,
  Leg,
  MediaRef,
  Playback,
  Timer,
  TransferRequest,
  TransferResult,
} from '@switchboard/voice'
import { toStored } from '../../telephony/index.ts'
import type { CallStatus } from '../call-schema.ts'
import type { KeyMap } from '../settings-schema.ts'
import type { CallPhase } from './queues.ts'
import type { CallEvent } from './recorder.ts'

/** The settings of one call of a campaign. */
export interface CallPlan {
  /** Null when it was deleted meanwhile: then nothing is played. */
  greeting: MediaRef | null
  key_map: KeyMap
  transfer: {
    settings: Pick<TransferRequest, 'mode' | 'callerId' | 'waitMs' | 'hold'>
    /** The first of the campaign's transfer numbers. */
    first: string
    /** Returns the numbers in the order in which a transfer tries them: the next one when one is not reached. */
    numbers(): string[]
  } | null
  /** Played when no channel became free for the transfer. Null: the congestion tone. */
  apology: MediaRef | null
  /** The file of the recording. Null when the call is not recorded. */
  recordingPath: string | null
}

export interface CallContext {
  clock: Clock
  /** Records an event of the call. */
  record(event: Omit<CallEvent, 'attempt_id' | 'node_id'>): void
  /** Puts the contact on the do-not-call list. */
  optOut(): Promise<void>
  /** Whether calls may still be connected to this number. Called at the time of the transfer. */
  mayTransferTo(number: string): Promise<boolean>
  /** Called on each change of phase after the answer. */
  onPhase(phase: CallPhase): void
  /** Called with the result of a transfer. */
  onTransferred(result: TransferResult): void
  /** Called on an internal error. The call is hung up. */
  onFault(error: unknown): void
}

/** How long the call waits for a key after the greeting. */
const keyWaitMs = 10_000
/** The greeting is played at most this many times. */
const maxPlays = 4
const transferRingMs = 30_000
/** How often the transfer number is checked while a contact waits, because the workspace may remove it. */
const recheckMs = 2_000
/** Recorded when the call ended while its contact waited for a channel. */
const abandoned = { cause: 'transfer_abandoned', transfer_lost: true } as const

/** Runs a call on an originated leg: greeting, keys, transfer. Resolves when the leg has ended. */
export async function runCall(
  leg: Leg,
  plan: CallPlan,
  { clock, record, optOut, mayTransferTo, onPhase, onTransferred, onFault }: CallContext,
): Promise<void> {
  const at = (ms: number) => new Date(ms).toISOString()
  let ended = false
  let answered = false
  let transferred = false
  let busy = false
  let isApologising = false
  /** Unix time in ms from which the contact waits for a channel. Null when they do not wait. */
  let waitingSince: number | null = null
  let waitedMs = 0
  let numberTimer: Timer | undefined
  /** The number that the transfer tries. */
  let transferTo = ''
  let transferAbort = new AbortController()
  let leftWaiting = false
  let plays = 0
  let playback: Playback | undefined
  let hangUpTimer: Timer | undefined

  function play(): void {
    hangUpTimer?.cancel()
    plays++
    if (plan.greeting) playback = leg.play(plan.greeting)
    else waitForKey()
  }

  function waitForKey(): void {
    hangUpTimer?.cancel()
    hangUpTimer = clock.setTimeout(() => void leg.hangup(), keyWaitMs)
  }

  async function handleKey(key: string): Promise<void> {
    const action = plan.key_map[key as keyof KeyMap]
    // A contact who waits for a channel may still opt out. Other keys are ignored during a transfer.
    if (!action || (busy && !(action === 'opt_out' && waitingSince !== null))) return
    if (action === 'repeat') {
      record({ key })
      if (plays < maxPlays) play()
      return
    }
    busy = true
    hangUpTimer?.cancel()
    record({ key })
    if (action === 'transfer') {
      record({ transfer_requested_at: at(clock.now()) })
      onPhase('asking')
      await playback?.stop()
      busy = await transfer()
    } else {
      await playback?.stop()
      await optOut()
      await leg.hangup()
    }
  }

  /**
   * Connects the contact to the first number that answers. Returns true when further keys are ignored: the contact is
   * connected, or the call is ending.
   */
  async function transfer(): Promise<boolean> {
    const numbers = plan.transfer?.numbers() ?? []
    let cause = 'transfer_not_allowed'
    for (const to of numbers) {
      if (ended) break
      if (!plan.transfer || !(await mayTransferTo(to))) continue
      record({ transfer_number: to, is_other_number: to !== plan.transfer.first })
      transferTo = to
      transferAbort = new AbortController()
      const request = { ...plan.transfer.settings, to, ringTimeoutMs: transferRingMs }
      const asked = leg.transfer(request, transferAbort.signal)
      onPhase('transferring')
      const result = await asked
      onTransferred(result)
      if (result.ok) return true
      if (result.cause === 'congestion') {
        record({ cause: 'transfer_congestion', transfer_lost: true })
        playApology(plan.apology)
        return true
      }
      if (result.cause === 'cancelled' || result.cause === 'lost') {
        if (ended || !transferAbort.signal.aborted) {
          recordAbandoned()
          return true
        }
        // The number was taken away while the contact waited for a channel.
        endWait(clock.now())
      } else cause = `transfer_${result.cause}`
    }
    return resume(cause)
  }

  /** Records that the call ended before the contact was connected. May be called twice, as the two events come in any order. */
  function recordAbandoned(): void {
    leftWaiting ||= waitingSince !== null
    record(leftWaiting ? abandoned : { cause: 'transfer_cancelled' })
  }

  /** Continues after a failed transfer while the contact is still on the line. */
  async function resume(cause: string): Promise<boolean> {
    record({ cause })
    onPhase('listening')
    // Plays the greeting again, so that the contact can choose another key.
    if (plays < maxPlays) play()
    else await leg.hangup()
    return false
  }

  /** Plays the apology. The call ends after it. */
  function playApology(apology: MediaRef | null): void {
    isApologising = true
    playback = leg.play(apology ?? { tone: 'congestion' })
  }

  /** Aborts the transfer when its number is no longer a transfer number of the workspace. */
  function watchNumber(): void {
    numberTimer?.cancel()
    numberTimer = clock.setTimeout(() => {
      if (waitingSince === null) return
      mayTransferTo(transferTo).then(
        (allowed) => (allowed ? watchNumber() : transferAbort.abort()),
        // The check is repeated when the database fails. The contact keeps waiting.
        watchNumber,
      )
    }, recheckMs)
  }

  function endWait(endedAt: number): void {
    if (waitingSince === null) return
    waitedMs += endedAt - waitingSince
    waitingSince = null
    record({ transfer_wait_ended_at: at(endedAt), transfer_wait_ms: Math.round(waitedMs) })
  }

  const inProgress = new Set<Promise<void>>()
  const start = (work: Promise<void>) => {
    const watched = work
      .catch(async (error: unknown) => {
        onFault(error)
        record({ cause: 'internal_error' })
        await leg.hangup()
      })
      .finally(() => inProgress.delete(watched))
    inProgress.add(watched)
  }

  for await (const event of leg.events) {
    switch (event.t) {
      case 'ringing':
        record({ status: 'ringing', ringing_at: at(event.at) })
        break
      case 'answered':
        answered = true
        onPhase('listening')
        record({ status: 'answered', answered_at: at(event.at) })
        if (plan.recordingPath) start(leg.record(plan.recordingPath).then(() => undefined))
        play()
        break
      case 'playback':
        if (event.id !== playback?.id || event.state === 'started') break
        if (isApologising) {
          // Plays the tone when the file of the apology was deleted meanwhile.
          if (event.error && plan.apology) playApology(null)
          else void leg.hangup()
        } else if (event.state === 'finished' && !busy) waitForKey()
        break
      case 'dtmf':
        start(handleKey(event.key))
        break
      case 'transfer':
        if (event.state === 'waiting') {
          waitingSince = event.at
          record({ transfer_wait_began_at: at(event.at) })
          onPhase('waiting')
          watchNumber()
          break
        }
        if (waitingSince !== null && event.state === 'trying') onPhase('transferring')
        endWait(event.at)
        if (event.state === 'answered') {
          transferred = true
          record({ status: 'transferred', transferred_at: at(event.at) })
        }
        break
      case 'ended': {
        ended = true
        hangUpTimer?.cancel()
        numberTimer?.cancel()
        if (waitingSince !== null) recordAbandoned()
        endWait(event.at)
        const status = outcomeOf(event.cause, answered, transferred)
        await Promise.allSettled(inProgress)
        record({
          status,
          ended_at: at(event.at),
          ...(event.sip !== undefined && { sip_status: event.sip }),
          ...(event.quality && { quality: toStored(event.quality) }),
          ...(status !== 'completed' && status !== 'transferred' && { cause: event.cause }),
        })
        break
      }
      case 'trying':
      case 'early-media':
        break
    }
  }
  if (!ended) throw new Error('The stream of events closed before the call ended.')
}

/** Returns the final status of a call. */
export function outcomeOf(cause: EndCause, answered: boolean, transferred: boolean): CallStatus {
  if (cause === 'lost') return 'unknown'
  if (transferred) return 'transferred'
  if (answered) return 'completed'
  if (cause === 'busy' || cause === 'no_answer' || cause === 'cancelled') return cause
  return 'failed'
}
