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
  /** Our own keys and announcements go first. */
  isBusy(): boolean
  /** About to be joined to another session. */
  onJoin(): void
}

/** One session's end of a bridge: what the other party says goes out here. */
export interface BridgeEnd {
  /** `join` of another end finds this one by its session. */
  standFor(session: MediaSession): void
  readonly isJoined: boolean
  /** The other party's packets are coming, so nothing need be sent in their place. */
  isCarrying(): boolean
  /** Sends what this session's party said to the other party, when there is one. */
  pass(packet: RtpPacket, datagram: Buffer, codec: Codec | null): void
  join(session: MediaSession): void
  /** Parts both ends. */
  part(): void
}

interface Half {
  relay(packet: RtpPacket, datagram: Buffer, codec: Codec | null): void
  join(other: Half): void
  part(): void
}

/** A bridged party from whom nothing comes for longer is covered by silence, which keeps the NAT open. */
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
