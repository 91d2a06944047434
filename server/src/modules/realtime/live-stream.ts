import { invalidField } from '../../platform/errors.ts'
import { type StoredEvent, eventType } from '../../platform/events.ts'
import { type Reading, readTopics } from '../../platform/outbox/log.ts'
import type { Outbox } from '../../platform/outbox/outbox.ts'
import { type Position, decodePosition, encodePosition, isAfter, laterOf } from '../../platform/outbox/position.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { type Listener, encodeFrame } from '../../platform/sockets/hub.ts'
import type { Socket } from '../../platform/sockets/socket.ts'

/** The order of durable events on one socket: live ones as they come, missed ones when asked for, each once. */
export interface LiveStream extends Listener {
  /**
   * Sends what happened after the frame with this id, then `resumed`, whose id is a place to resume from too; or
   * `resync` when that is not known any more. Throws 400 when it is no such id.
   */
  resume(after: string | undefined): Promise<void>
}

export interface LiveStreamOptions {
  services: Services
  outbox: Outbox
  socket: Socket
  topics(): Iterable<string>
  /** Hold live events back until the first `resume`. */
  paused: boolean
}

const batchSize = 200

export function createLiveStream({ services, outbox, socket, topics, paused }: LiveStreamOptions): LiveStream {
  const ctx = serverContext(services, { workspaceId: null })
  // Durable events after `liveSince` and up to `pausedAt` were sent as they came. While replaying nothing is sent live,
  // and afterwards only what lies beyond `replayedTo`: so the two never overlap and leave no gap.
  let liveSince = outbox.position()
  let pausedAt = liveSince
  let replayedTo = liveSince
  let replaying = paused

  /** Until everything the followers have been told was found here too. Answers false when the place is unknown. */
  const replay = async (after: Position): Promise<boolean> => {
    let from = isAfter(liveSince, after) ? after : laterOf(after, pausedAt)
    for (;;) {
      const reading = await readTopics(ctx, from, [...topics()], batchSize)
      if (isUnknown(reading, from)) return false
      for (const event of reading.events) {
        const wasSentLive = isAfter(event, liveSince) && !isAfter(event, pausedAt)
        const frame = wasSentLive ? undefined : frameOf(event)
        if (frame) await socket.sendSlowly(frame)
      }
      from = reading.upTo
      if (!socket.isOpen()) return true
      if (!reading.more && !isAfter(outbox.position(), from)) break
    }
    replayedTo = from
    return true
  }

  return {
    hear(frame, position) {
      if (position && (replaying || !isAfter(position, replayedTo))) return
      socket.send(frame)
    },
    async resume(id) {
      const after = id === undefined ? laterOf(outbox.position(), replayedTo) : decodePosition(id)
      if (!after) throw invalidField('data.after', 'This is not the id of a frame.')
      if (!replaying) pausedAt = laterOf(outbox.position(), replayedTo)
      replaying = true
      const known = await replay(after)
      if (isAfter(liveSince, after)) liveSince = after
      replaying = false
      const here = encodePosition(laterOf(outbox.position(), replayedTo))
      socket.send(
        known
          ? encodeFrame('resumed', {}, here)
          : encodeFrame('resync', { error: 'Too much time has passed to tell what you missed. Load everything anew.' }, here),
      )
    },
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
