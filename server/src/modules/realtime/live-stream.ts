import { invalidField } from '../../platform/errors.ts'
import { type StoredEvent, eventType } from '../../platform/events.ts'
import type { Reading } from '../../platform/outbox/log.ts'
import type { Outbox } from '../../platform/outbox/outbox.ts'
import { type Position, decodePosition, encodePosition, isAfter, laterOf } from '../../platform/outbox/position.ts'
import { type OutgoingFrame, outgoingFrame } from '../../platform/sockets/frame-codec.ts'
import type { Listener } from '../../platform/sockets/hub.ts'
import type { Socket } from '../../platform/sockets/socket.ts'
import type { ReadMissed } from './missed.ts'

/** Orders the durable events on one socket: first the missed ones, if requested, then the live ones, each once. */
export interface LiveStream extends Listener {
  /** Sends the events since the client connected, then goes on live. Does nothing after the first call. */
  begin(): Promise<void>
  /**
   * Sends the events after the frame with this id, then `resumed`, whose id is a position to resume from too; or `resync`
   * when the log no longer has that position. Throws 400 for a value that is not the id of a frame.
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
 * Holds durable events back until `begin` or `resume`: a client that reconnects must receive missed events before new ones,
 * because the last id it has received is the position from which it resumes.
 */
export function createLiveStream({ outbox, socket, topics, readMissed }: LiveStreamOptions): LiveStream {
  // Durable events after `liveSince` and up to `pausedAt` were sent live. While paused nothing is sent live, and afterwards
  // only events after `replayedTo`, so that replayed and live events neither overlap nor leave a gap.
  let liveSince = outbox.position()
  let pausedAt = liveSince
  let replayedTo = liveSince
  let isPaused = true
  let isBegun = false
  let isHolding = false
  /** One replay at a time. */
  let turn = Promise.resolve()

  /**
   * Sends missed events until it has caught up with the live ones, and then goes live in the same turn. Returns false when
   * the log does not have the position.
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
            ? outgoingFrame('resumed', {}, here)
            : outgoingFrame(
                'resync',
                { error: 'The events you missed are no longer available. Reload all data.' },
                here,
              ),
        )
      }),
  }
}

/** Returns true for a position before the beginning of the log, or after its end. */
const isUnknown = ({ begin, upTo }: Reading, from: Position) => isAfter(begin, from) || isAfter(from, upTo)

/** Returns the frame of an event for live clients; undefined when it has none. */
export function frameOf(event: StoredEvent): OutgoingFrame | undefined {
  const live = eventType(event.type)?.live
  if (!live) return undefined
  return outgoingFrame(live.event, live.frame?.(event.data) ?? (event.data as object), encodePosition(event))
}
