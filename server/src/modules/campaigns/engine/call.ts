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
import type { CallStatus } from '../call-schema.ts'
import type { KeyMap } from '../settings-schema.ts'
import type { CallPhase } from './queues.ts'
import type { CallNote } from './recorder.ts'

/** How one call of a campaign is to go. */
export interface CallPlan {
  /** Null when it was deleted meanwhile: then there is nothing to say. */
  greeting: MediaRef | null
  key_map: KeyMap
  transfer: Pick<TransferRequest, 'to' | 'mode' | 'callerId' | 'waitMs' | 'hold'> | null
  /** Played to a caller when no channel came free. Null: the tone for busy channels. */
  apology: MediaRef | null
  /** Where to record; null: not. */
  recordingPath: string | null
}

export interface CallContext {
  clock: Clock
  /** Writes down what became known. */
  note(note: Omit<CallNote, 'attempt_id' | 'node_id'>): void
  /** Puts the contact on the do-not-call list. */
  optOut(): Promise<void>
  /** May calls still be connected to this number? Asked at the moment of the transfer. */
  mayTransferTo(number: string): Promise<boolean>
  /** Where the call stands, whenever that changes after the answer. */
  onPhase(phase: CallPhase): void
  /** How a transfer came out. */
  onTransferred(result: TransferResult): void
  /** Something went wrong that the contact could not help; the call is hung up. */
  onFault(error: unknown): void
}

/** How long a contact may take to press a key after the greeting. */
const keyWaitMs = 10_000
/** The greeting is played no more often than this. */
const maxPlays = 4
const transferRingMs = 30_000
/** While a contact waits, the workspace may remove the transfer number: it is looked at so often. */
const askAgainMs = 2_000
/** The call ended while its contact waited for a channel. */
const abandoned = { cause: 'transfer_abandoned', transfer_lost: true } as const

/** Acts on a leg until it has ended: greeting, keys, transfer. Resolves when the leg is over. */
export async function runCall(
  leg: Leg,
  plan: CallPlan,
  { clock, note, optOut, mayTransferTo, onPhase, onTransferred, onFault }: CallContext,
): Promise<void> {
  const at = (ms: number) => new Date(ms).toISOString()
  let ended = false
  let answered = false
  let transferred = false
  let busy = false
  let sayingSorry = false
  /** Unix time in ms since when the contact waits for a channel. */
  let waitsSince: number | null = null
  let waitedMs = 0
  let numberTimer: Timer | undefined
  let calledOff = new AbortController()
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

  async function act(key: string): Promise<void> {
    const action = plan.key_map[key as keyof KeyMap]
    // While they wait nobody is on the line with them: they may still ask never to be called again.
    if (!action || (busy && !(action === 'opt_out' && waitsSince !== null))) return
    if (action === 'repeat') {
      note({ key })
      if (plays < maxPlays) play()
      return
    }
    busy = true
    hangUpTimer?.cancel()
    note({ key })
    if (action === 'transfer') {
      note({ transfer_requested_at: at(clock.now()) })
      onPhase('asking')
      await playback?.stop()
      busy = await transfer()
    } else {
      await playback?.stop()
      await optOut()
      await leg.hangup()
    }
  }

  /** Whether keys mean nothing more: they are connected, or they are being said goodbye to. */
  async function transfer(): Promise<boolean> {
    const target = plan.transfer
    if (target && (await mayTransferTo(target.to))) {
      note({ transfer_number: target.to })
      calledOff = new AbortController()
      const asked = leg.transfer({ ...target, ringTimeoutMs: transferRingMs }, calledOff.signal)
      onPhase('transferring')
      const result = await asked
      onTransferred(result)
      if (result.ok) return true
      if (result.cause === 'congestion') {
        note({ cause: 'transfer_congestion', transfer_lost: true })
        saySorry(plan.apology)
        return true
      }
      if (result.cause !== 'cancelled' && result.cause !== 'lost') return goOn(`transfer_${result.cause}`)
      if (ended || !calledOff.signal.aborted) {
        noteLeaving()
        return true
      }
      endWait(clock.now())
    }
    return goOn('transfer_not_allowed')
  }

  /** The call is over before they were connected. Told twice: the transfer's result and the call's end come in any order. */
  function noteLeaving(): void {
    leftWaiting ||= waitsSince !== null
    note(leftWaiting ? abandoned : { cause: 'transfer_cancelled' })
  }

  /** They are not connected and still on the line. */
  async function goOn(cause: string): Promise<boolean> {
    note({ cause })
    onPhase('listening')
    // Nobody there: back to the greeting, so that the contact can choose again.
    if (plays < maxPlays) play()
    else await leg.hangup()
    return false
  }

  /** The call ends after it. */
  function saySorry(apology: MediaRef | null): void {
    sayingSorry = true
    playback = leg.play(apology ?? { tone: 'congestion' })
  }

  /** Calls the transfer off when its number is no longer one of the workspace's. */
  function watchNumber(): void {
    numberTimer?.cancel()
    numberTimer = clock.setTimeout(() => {
      if (waitsSince === null || !plan.transfer) return
      mayTransferTo(plan.transfer.to).then(
        (allowed) => (allowed ? watchNumber() : calledOff.abort()),
        // A database that cannot be asked now is no reason to drop a caller: it is asked again.
        watchNumber,
      )
    }, askAgainMs)
  }

  function endWait(endedAt: number): void {
    if (waitsSince === null) return
    waitedMs += endedAt - waitsSince
    waitsSince = null
    note({ transfer_wait_ended_at: at(endedAt), transfer_wait_ms: Math.round(waitedMs) })
  }

  const underWay = new Set<Promise<void>>()
  const start = (work: Promise<void>) => {
    const watched = work
      .catch(async (error: unknown) => {
        onFault(error)
        note({ cause: 'internal_error' })
        await leg.hangup()
      })
      .finally(() => underWay.delete(watched))
    underWay.add(watched)
  }

  for await (const event of leg.events) {
    switch (event.t) {
      case 'ringing':
        note({ status: 'ringing', ringing_at: at(event.at) })
        break
      case 'answered':
        answered = true
        onPhase('listening')
        note({ status: 'answered', answered_at: at(event.at) })
        if (plan.recordingPath) start(leg.record(plan.recordingPath).then(() => undefined))
        play()
        break
      case 'playback':
        if (event.id !== playback?.id || event.state === 'started') break
        if (sayingSorry) {
          // A file that was deleted meanwhile is no reason to say nothing.
          if (event.error && plan.apology) saySorry(null)
          else void leg.hangup()
        } else if (event.state === 'finished' && !busy) waitForKey()
        break
      case 'dtmf':
        start(act(event.key))
        break
      case 'transfer':
        if (event.state === 'waiting') {
          waitsSince = event.at
          note({ transfer_wait_began_at: at(event.at) })
          onPhase('waiting')
          watchNumber()
          break
        }
        if (waitsSince !== null && event.state === 'trying') onPhase('transferring')
        endWait(event.at)
        if (event.state === 'answered') {
          transferred = true
          note({ status: 'transferred', transferred_at: at(event.at) })
        }
        break
      case 'ended': {
        ended = true
        hangUpTimer?.cancel()
        numberTimer?.cancel()
        if (waitsSince !== null) noteLeaving()
        endWait(event.at)
        const status = outcomeOf(event.cause, answered, transferred)
        await Promise.allSettled(underWay)
        note({
          status,
          ended_at: at(event.at),
          ...(event.sip !== undefined && { sip_status: event.sip }),
          ...(status !== 'completed' && status !== 'transferred' && { cause: event.cause }),
        })
        break
      }
      case 'trying':
      case 'early-media':
        break
    }
  }
  if (!ended) throw new Error('The call ended without a word.')
}

/** What a contact's call came to. */
export function outcomeOf(cause: EndCause, answered: boolean, transferred: boolean): CallStatus {
  if (cause === 'lost') return 'unknown'
  if (transferred) return 'transferred'
  if (answered) return 'completed'
  if (cause === 'busy' || cause === 'no_answer' || cause === 'cancelled') return cause
  return 'failed'
}
