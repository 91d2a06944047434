import type { Answers, CalleeBehaviour, CarriedCall } from '../callee.ts'
import type { Keypress } from '../gateway.ts'
import type { MediaEngine, MediaSession } from '../media/types.ts'
import type { IncomingCall } from '../sip/types.ts'
import { createSchedule } from '../schedule.ts'

/** Acts out one callee on a real call. */
export async function actOut(call: IncomingCall, callee: CalleeBehaviour, record: CarriedCall, media: MediaEngine, behaviour: (to: string) => CalleeBehaviour): Promise<void> {
  if (callee.does === 'nothing') return
  const schedule = createSchedule()
  const hangUp = { session: null as MediaSession | null }
  call.handlers = { onFailure: over, onBye: over }
  record.hangUp = () => {
    if (record.over) return
    over()
    if (record.answered) void call.hangup()
    else call.reject(603)
  }

  function over(): void {
    schedule.end()
    record.over = true
    hangUp.session?.close()
  }

  if (callee.does !== 'reject') call.ring()
  if (callee.does === 'ring') return
  if (callee.does === 'reject' && !callee.earlyMedia) {
    return schedule.after(callee.afterMs, () => {
      over()
      call.reject(callee.status)
    })
  }

  const session = await media.createSession({ onDtmf: (key) => (record.keysHeard += key) })
  hangUp.session = session
  if (schedule.isOver()) return session.close()
  const description = call.offer === null ? session.offer() : session.answerOffer(call.offer)
  const ringback = callee.earlyMedia ? playEarly() : null

  function playEarly() {
    call.progress(description)
    session.start()
    return session.playRingback()
  }

  schedule.after(callee.afterMs, () => {
    if (callee.does === 'reject') {
      over()
      return call.reject(callee.status)
    }
    void ringback?.stop()
    record.answered = true
    call.answer(description)
    session.start()
    talk(callee)
  })

  function talk(answers: Answers): void {
    if (answers.plays) session.play(answers.plays, { loop: true })
    pressKeys(session, answers.keys ?? [], schedule.after)
    if (answers.goesSilentAfterMs !== undefined) schedule.after(answers.goesSilentAfterMs, () => session.close())
    if (answers.hangUpAfterMs !== undefined) schedule.after(answers.hangUpAfterMs, () => record.hangUp())
    call.handlers.onReoffer = (sdp) => session.answerOffer(sdp)
    if (answers.refer === 'accept') call.handlers.onRefer = takeOver
  }

  /** The carrier calls the target itself and tells how it goes. */
  function takeOver(uri: string, notify: (status: number) => void): number {
    const target = behaviour(/^sips?:([^@;>]+)@/.exec(uri)?.[1] ?? uri)
    if (target.does === 'answer' || target.does === 'ring') schedule.after(0, () => notify(180))
    if (target.does === 'answer') schedule.after(target.afterMs, () => notify(200))
    if (target.does === 'reject') schedule.after(target.afterMs, () => notify(target.status))
    return 202
  }
}

export function pressKeys(session: MediaSession, keys: readonly { key: Keypress; afterMs: number }[], after: (ms: number, run: () => void) => void): void {
  for (const { key, afterMs } of keys) after(afterMs, () => void session.sendDtmf(key))
}
