import type { Answers, CalleeBehaviour, CarriedCall } from '../callee.ts'
import type { Keypress } from '../gateway.ts'
import { SdpError } from '../media/sdp/sdp.ts'
import type { MediaEngine, MediaSession } from '../media/types.ts'
import { createSchedule, type Schedule } from '../schedule.ts'
import type { IncomingCall } from '../sip/types.ts'

/** A call that reached its callee. */
interface CalleeCall {
  call: IncomingCall
  record: CarriedCall
  schedule: Schedule
  /** Of this and every other number: a REFER names one. */
  behaviour: (to: string) => CalleeBehaviour
}

/** Acts out one callee on a real call. */
export function actOut(
  call: IncomingCall,
  record: CarriedCall,
  behaviour: CalleeCall['behaviour'],
  media: MediaEngine,
): void {
  const callee = behaviour(call.to)
  const schedule = createSchedule()
  const answering = { call, record, schedule, behaviour }
  const over = () => {
    schedule.end()
    record.over = true
  }
  call.handlers = { onFailure: over, onBye: over }
  record.hangUp = () => {
    if (record.over) return
    call.handlers.onBye?.()
    if (record.answered) void call.hangup()
    else call.reject(603)
  }

  if (callee.does === 'answer' || callee.does === 'ring') call.ring()
  if (callee.does === 'answer' || (callee.does === 'reject' && callee.earlyMedia)) {
    openAudio(answering, media, over)
      .then((session) => session && withAudio(answering, callee, session))
      .catch((error: unknown) => {
        call.handlers.onFailure?.(0, '')
        call.reject(error instanceof SdpError ? 488 : 503)
      })
  } else if (callee.does === 'reject') schedule.after(callee.afterMs, () => refuse(answering, callee.status))
}

/** Null when the caller gave up meanwhile. */
async function openAudio(
  { call, record, schedule }: CalleeCall,
  media: MediaEngine,
  over: () => void,
): Promise<MediaSession | null> {
  const session = await media.createSession({ onDtmf: (key) => (record.keysHeard += key) })
  const close = () => {
    if (record.answered) record.rtp = session.stats()
    session.close()
    over()
  }
  if (schedule.isOver()) {
    session.close()
    return null
  }
  call.handlers = { onFailure: close, onBye: close, onReoffer: (sdp) => session.answerOffer(sdp) }
  return session
}

function withAudio(
  answering: CalleeCall,
  callee: Extract<CalleeBehaviour, { afterMs: number }>,
  session: MediaSession,
): void {
  const { call, record, schedule } = answering
  const description = session.answerOffer(call.offer ?? '')
  const ringback = callee.earlyMedia ? session.playSignal({ tone: 'ringback' }) : null
  if (ringback) {
    call.progress(description)
    session.start()
  }
  schedule.after(callee.afterMs, () => {
    if (callee.does === 'reject') {
      session.close()
      return refuse(answering, callee.status)
    }
    void ringback?.stop()
    record.answered = true
    call.answer(description)
    session.start()
    talk(answering, callee, session)
  })
}

function refuse({ call, record, schedule }: CalleeCall, status: number): void {
  schedule.end()
  record.over = true
  call.reject(status)
}

function talk(answering: CalleeCall, callee: Answers, session: MediaSession): void {
  const { call, record, schedule } = answering
  record.press = (key) => pressKeys(session, [{ key, afterMs: 0 }], schedule)
  if (callee.records) void session.record(callee.records)
  if (callee.plays) session.play(callee.plays, { loop: true })
  if (callee.echoes) echo(session)
  pressKeys(session, callee.keys ?? [], schedule)
  if (callee.goesSilentAfterMs !== undefined) schedule.after(callee.goesSilentAfterMs, () => session.close())
  if (callee.hangUpAfterMs !== undefined) schedule.after(callee.hangUpAfterMs, () => record.hangUp())
  if (callee.refer === 'accept') call.handlers.onRefer = (uri, notify) => takeOver(answering, uri, notify)
}

function echo(session: MediaSession): void {
  const audio = session.openAudio(
    { prebufferMs: 40 },
    {
      onHeard: (samples) => audio.write(samples),
      onProgress() {},
      onMark() {},
      onUnderrun() {},
      onClosed() {},
    },
  )
}

/** The carrier calls the target itself and reports the progress. */
function takeOver({ behaviour, schedule }: CalleeCall, uri: string, notify: (status: number) => void): number {
  const target = behaviour(/^sips?:([^@;>]+)@/.exec(uri)?.[1] ?? uri)
  if (target.does === 'answer' || target.does === 'ring') schedule.after(0, () => notify(180))
  if (target.does === 'answer') schedule.after(target.afterMs, () => notify(200))
  if (target.does === 'reject') schedule.after(target.afterMs, () => notify(target.status))
  return 202
}

/** A key that cannot be sent (no telephone-event agreed, or the call is over) is a warning: the call goes on. */
export function pressKeys(
  session: MediaSession,
  keys: readonly { key: Keypress; afterMs: number }[],
  schedule: Schedule,
): void {
  for (const { key, afterMs } of keys) {
    schedule.after(
      afterMs,
      () =>
        void session
          .sendDtmf(key)
          .catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error))),
    )
  }
}
