import { invalidField } from '../../platform/errors.ts'
import { type StoredEvent, eventType } from '../../platform/events.ts'
import type { Reading } from '../../platform/outbox/log.ts'
import type { Outbox } from '../../platform/outbox/outbox.ts'
import { type Position, decodePosition, encodePosition, isAfter, laterOf } from '../../platform/outbox/position.ts'
import { type Listener, encodeFrame } from '../../platform/sockets/hub.ts'
import type { Socket } from '../../platform/sockets/socket.ts'
import type { ReadMissed } from './missed.ts'

/** The order of durable events on one socket: what was missed, when asked for, and then what comes, each once. */
export interface LiveStream extends Listener {
  /** The client does not resume, for now: send what came since it connected, and go on live. Once begun it does nothing. */
  begin(): Promise<void>
  /**
   * Sends what happened after the frame with this id, then `resumed`, whose id is a place to resume from too; or
   * `resync` when that is not known any more. Throws 400 when it is no such id.
   */
  resume(after: string | undefined): Promise<void>
}

export interface LiveStreamOptions {
  outbox: Outbox
  socket: Socket
  topics(): Iterable<string>
  readMissed: ReadMissed
}

/**
 * Durable events are held back until `begin` or `resume`: a client that comes back must hear what it missed before what
 * is new, or the last id that it has seen would not say what it has seen.
 */
export function createLiveStream({ outbox, socket, topics, readMissed }: LiveStreamOptions): LiveStream {
  // Durable events after `liveSince` and up to `pausedAt` were sent as they came. While paused nothing is sent live, and
  // afterwards only what lies beyond `replayedTo`: so the two never overlap and leave no gap.
  let liveSince = outbox.position()
  let pausedAt = liveSince
  let replayedTo = liveSince
  let isPaused = true
  let isBegun = false
  let isHolding = false
  /** One replay at a time. */
  let turn = Promise.resolve()

  /**
   * Until everything the followers have been told was found here too; from that very moment on it is live again. Answers
   * false when the place is unknown.
   */
  const replay = async (after: Position): Promise<boolean> => {
    let from = isAfter(liveSince, after) ? after : laterOf(after, pausedAt)
    for (;;) {
      const reading = await readMissed(from, topics)
      if (isUnknown(reading, from)) {
        isPaused = false
        return false
      }
      for (const event of reading.events) {
        const wasSentLive = isAfter(event, liveSince) && !isAfter(event, pausedAt)
        const frame = wasSentLive ? undefined : frameOf(event)
        if (frame) await socket.sendSlowly(frame)
      }
      from = reading.upTo
      if (!reading.more && !isAfter(outbox.position(), from)) break
      if (!socket.isOpen()) break
    }
    replayedTo = from
    isPaused = false
    return true
  }

  const goOnFrom = async (after: Position): Promise<boolean> => {
    if (isBegun) pausedAt = laterOf(outbox.position(), replayedTo)
    isBegun = true
    isPaused = true
    const isKnown = await replay(after)
    if (isAfter(liveSince, after)) liveSince = after
    return isKnown
  }

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work)
    turn = done.catch(() => undefined)
    return done
  }

  return {
    receive(frame, position) {
      if (position && isPaused) isHolding = true
      else if (!position || isAfter(position, replayedTo)) socket.send(frame)
    },
    begin: () =>
      inTurn(async () => {
        if (isBegun) return
        if (isHolding) return void (await goOnFrom(liveSince))
        isBegun = true
        isPaused = false
      }),
    resume: (id) =>
      inTurn(async () => {
        const after = id === undefined ? liveSince : decodePosition(id)
        if (!after) throw invalidField('data.after', 'This is not the id of a frame.')
        const isKnown = await goOnFrom(after)
        const here = encodePosition(laterOf(outbox.position(), replayedTo))
        socket.send(
          isKnown
            ? encodeFrame('resumed', {}, here)
            : encodeFrame(
                'resync',
                { error: 'Too much time has passed to tell what you missed. Load everything anew.' },
                here,
              ),
        )
      }),
  }
}

/** Before the log's begin, or in a future that a client made up. */
const isUnknown = ({ begin, upTo }: Reading, from: Position) => isAfter(begin, from) || isAfter(from, upTo)

/** How live clients hear of an event; undefined when they do not. */
export function frameOf(event: StoredEvent): Buffer | undefined {
  const live = eventType(event.type)?.live
  if (!live) return undefined
  return encodeFrame(live.event, live.frame?.(event.data) ?? (event.data as object), encodePosition(event))
}
