import type { Clock, EndCause, Leg, MediaRef, Playback, Timer } from '@switchboard/voice'
import type { CallStatus, KeyMap } from '../schema.ts'
import type { CallNote } from './recorder.ts'

/** How one call of a campaign is to go. */
export interface CallPlan {
  /** Null when it was deleted meanwhile: then there is nothing to say. */
  greeting: MediaRef | null
  key_map: KeyMap
  voicemail: 'hang_up' | 'leave_message'
  transfer: { to: string; mode: 'bridge' | 'refer'; callerId: string } | null
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
  onAnswered(): void
  /** Something went wrong that the contact could not help; the call is hung up. */
  onFault(error: unknown): void
}

/** How long a contact may take to press a key after the greeting. */
const keyWaitMs = 10_000
/** With `leave_message` the call ends soon after the greeting, so that a mailbox holds the message and no silence. */
const messageTailMs = 2_000
/** The greeting is played no more often than this. */
const maxPlays = 4
const transferRingMs = 30_000

/** Acts on a leg until it has ended: greeting, keys, transfer. Resolves when the leg is over. */
export async function conduct(
  leg: Leg,
  plan: CallPlan,
  { clock, note, optOut, mayTransferTo, onAnswered, onFault }: CallContext,
): Promise<void> {
  const at = (ms: number) => new Date(ms).toISOString()
  let ended = false
  let answered = false
  let transferred = false
  let busy = false
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
    hangUpTimer = clock.setTimeout(
      () => void leg.hangup(),
      plan.voicemail === 'leave_message' ? messageTailMs : keyWaitMs,
    )
  }

  async function act(key: string): Promise<void> {
    const action = plan.key_map[key as keyof KeyMap]
    if (busy || !action) return
    if (action === 'repeat') {
      note({ key })
      if (plays < maxPlays) play()
      return
    }
    busy = true
    hangUpTimer?.cancel()
    note({ key })
    await playback?.stop()
    if (action === 'transfer') busy = await transfer()
    else {
      await optOut()
      await leg.hangup()
    }
  }

  /** Answers whether they are connected: from then on keys are part of their conversation. */
  async function transfer(): Promise<boolean> {
    const target = plan.transfer
    if (target && (await mayTransferTo(target.to))) {
      note({ transfer_number: target.to })
      const result = await leg.transfer({ ...target, ringTimeoutMs: transferRingMs })
      if (result.ok) return true
      note({ cause: `transfer_${result.cause}` })
    } else note({ cause: 'transfer_not_allowed' })
    // Nobody there: back to the greeting, so that the contact can choose again.
    if (plays < maxPlays) play()
    else await leg.hangup()
    return false
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
        onAnswered()
        note({ status: 'answered', answered_at: at(event.at) })
        if (plan.recordingPath) start(leg.record(plan.recordingPath).then(() => undefined))
        play()
        break
      case 'playback':
        if (event.state === 'finished' && event.id === playback?.id && !busy) waitForKey()
        break
      case 'dtmf':
        start(act(event.key))
        break
      case 'transfer':
        if (event.state === 'answered') {
          transferred = true
          note({ status: 'transferred', transferred_at: at(event.at) })
        }
        break
      case 'ended': {
        ended = true
        hangUpTimer?.cancel()
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
