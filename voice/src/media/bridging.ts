import type { Clock } from '../clock.ts'
import type { Recorder } from './audio/recording.ts'
import { createRelay } from './rtp/relay.ts'
import type { Relay } from './rtp/relay.ts'
import type { RtpPacket } from './rtp/rtp.ts'
import type { RtpSender } from './rtp/sender.ts'
import { maySend } from './sdp/negotiation.ts'
import type { RemoteAudio } from './sdp/negotiation.ts'
import type { Codec, MediaSession } from './types.ts'

interface BridgeContext {
  clock: Clock
  sender: RtpSender
  remote(): RemoteAudio | null
  recorder(): Recorder | null
  /** True while keys or announcements of our own are sent, which go first. */
  isBusy(): boolean
  /** True while a session is about to be joined to another one. */
  onJoin(): void
}

/** One session's end of a bridge: it sends the other party's audio. */
export interface BridgeEnd {
  /** Finds the end of a session, for `join`. */
  standFor(session: MediaSession): void
  readonly isJoined: boolean
  /** True while the other party's packets arrive, so that no silence is needed. */
  isCarrying(): boolean
  /** Sends this session's packet to the other party, if bridged. */
  pass(packet: RtpPacket, datagram: Buffer, codec: Codec | null): void
  join(session: MediaSession): void
  /** Separates both ends. */
  part(): void
}

interface Half {
  relay(packet: RtpPacket, datagram: Buffer, codec: Codec | null): void
  join(other: Half): void
  part(): void
}

/** When a bridged party sends nothing for longer, silence is sent in its place, which keeps the NAT open. */
const relayQuietMs = 200

const halves = new WeakMap<MediaSession, Half>()

export function createBridgeEnd(context: BridgeContext): BridgeEnd {
  const { clock, sender } = context
  let other: Half | null = null
  let relay: Relay | null = null
  let relayedAt = 0

  const half: Half = {
    relay(heard, datagram, codec) {
      const remote = context.remote()
      if (relay === null || remote === null || !maySend(remote) || context.isBusy()) return
      const payloadType = codec === null ? remote.dtmfPayloadType : remote.payloadType
      if (payloadType === null) return
      const timestamp = relay.forward(heard, datagram, payloadType, codec, remote.codec)
      relayedAt = clock.monotonic()
      if (timestamp !== null && codec !== null)
        context.recorder()?.add('right', codec, timestamp, datagram, heard.payloadStart, heard.payloadEnd)
    },
    join(next) {
      half.part()
      context.onJoin()
      other = next
      relay = createRelay(sender)
    },
    part() {
      const left = other
      other = relay = null
      if (left === null) return
      sender.markNext()
      left.part()
    },
  }

  return {
    standFor: (session) => void halves.set(session, half),
    get isJoined() {
      return other !== null
    },
    isCarrying: () => other !== null && clock.monotonic() - relayedAt < relayQuietMs,
    pass: (packet, datagram, codec) => other?.relay(packet, datagram, codec),
    join(peer) {
      const next = halves.get(peer)
      if (!next || next === half) throw new Error('A session can be bridged only to another session of this engine.')
      half.join(next)
      next.join(half)
    },
    part: half.part,
  }
}
