import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Log } from '../log.ts'
import type { NodeBus } from '../nodes.ts'
import type { Position } from '../outbox/position.ts'
import { type OutgoingFrame, ourFrames, outgoingFrame, receivedFrame } from './frame-codec.ts'

/** Sends what need not be stored (progress, typing, presence) to live clients; events go through `emit` instead. */
export interface Broadcast {
  /**
   * Sends a frame once to each client that is subscribed to any of `topics` (none of which contains a comma or a space),
   * on every node. Lossy by design; absolute values only.
   */
  publish(topics: string | readonly string[], event: string, data: object): void
}

/** One client's end. */
export interface Listener {
  /** With a position the frame is durable and belongs to an order. */
  receive(frame: OutgoingFrame, position?: Position): void
}

/** The subscriptions of this node's clients. */
export interface Hub extends Broadcast {
  join(topic: string, listener: Listener): void
  leave(topic: string, listener: Listener): void
  /** Returns whether a client of this node is subscribed to any of these topics. */
  hasSubscribers(topics: readonly string[]): boolean
  /** Sends to each local listener of any of these topics once. */
  deliver(topics: readonly string[], frame: OutgoingFrame, position?: Position): void
}

const channel = 'live'
/** For what the bus would not take as it is: an offer of a video call has some 10,000 bytes and shrinks to a quarter. */
const packedChannel = 'live.packed'

export function createHub(bus: NodeBus, log: Log): Hub {
  const rooms = new Map<string, Set<Listener>>()

  const deliver = (topics: readonly string[], frame: OutgoingFrame, position?: Position) => {
    const [first, ...others] = topics
    if (first === undefined) return
    const listeners = rooms.get(first)
    if (others.length === 0) return listeners?.forEach((listener) => listener.receive(frame, position))
    const all = new Set(listeners)
    for (const topic of others) rooms.get(topic)?.forEach((listener) => all.add(listener))
    for (const listener of all) listener.receive(frame, position)
  }

  const deliverMessage = (message: string) => {
    const end = message.indexOf(' ')
    if (end > 0) deliver(message.slice(0, end).split(','), receivedFrame(message.slice(end + 1)))
  }
  bus.listen(channel, deliverMessage)
  bus.listen(packedChannel, (packed) => {
    if (packed !== '') deliverMessage(inflateRawSync(Buffer.from(packed, 'base64')).toString('utf8'))
  })

  const publish = (message: string) =>
    bus.publish(channel, message) || bus.publish(packedChannel, deflateRawSync(message).toString('base64'))

  return {
    hasSubscribers: (topics) => topics.some((topic) => rooms.has(topic)),
    deliver,
    join(topic, listener) {
      const room = rooms.get(topic)
      if (room) room.add(listener)
      else rooms.set(topic, new Set([listener]))
    },
    leave(topic, listener) {
      const room = rooms.get(topic)
      room?.delete(listener)
      if (room?.size === 0) rooms.delete(topic)
    },
    publish(topic, event, data) {
      const topics = typeof topic === 'string' ? [topic] : topic
      if (topics.length === 0) return
      const frame = outgoingFrame(event, data)
      deliver(topics, frame)
      const text = String(frame.as(ourFrames))
      if (!publish(`${topics.join(',')} ${text}`)) {
        log.warn(
          { topics, event, size_bytes: Buffer.byteLength(text) },
          'A live message is too long for other nodes and stayed on this one.',
        )
      }
    },
  }
}
