import { transcodingTable } from '../audio/g711.ts'
import { rtpHeaderBytes, sequenceDelta } from './rtp.ts'
import type { RtpPacket } from './rtp.ts'
import { maxPayloadBytes } from './sender.ts'
import type { RtpSender } from './sender.ts'
import type { Codec } from '../types.ts'

/**
 * Sends another stream's packets on as they arrive, as part of our own stream: our SSRC, and sequence and timestamps
 * moved by a constant, so that the far end sees the loss, reordering and pauses that really happened.
 */
export interface Relay {
  /** Relays the payload, transcoded when `from` and `to` differ. Returns the timestamp used, or null when it came too late. */
  forward(packet: RtpPacket, datagram: Buffer, payloadType: number, from: Codec | null, to: Codec | null): number | null
}

/** Packets older by more than this mean that the sender restarted. */
const maxLate = 100
/** How far back late packets are accepted, well within half the sequence space. */
const floorTrail = 1000

export function createRelay(sender: RtpSender): Relay {
  let ssrc: number | null = null
  let sequenceShift = 0
  let timestampShift = 0
  /** Packets before this sequence number of theirs fall into the part that we sent ourselves. */
  let floor = 0
  let nextOfOurs = 0

  function align(packet: RtpPacket): void {
    ssrc = packet.ssrc
    floor = packet.sequence
    sequenceShift = sender.nextSequence - packet.sequence
    timestampShift = sender.timestamp - packet.timestamp
    sender.markNext()
  }

  function forward(
    packet: RtpPacket,
    datagram: Buffer,
    payloadType: number,
    from: Codec | null,
    to: Codec | null,
  ): number | null {
    const bytes = packet.payloadEnd - packet.payloadStart
    if (bytes > maxPayloadBytes) return null

    // Packets of our own (a key, an announcement) were sent meanwhile: continue after them.
    const isJoining = packet.ssrc !== ssrc || sender.nextSequence !== nextOfOurs
    if (isJoining || sequenceDelta(packet.sequence, floor) < -maxLate) align(packet)
    const ahead = sequenceDelta(packet.sequence, floor)
    if (ahead < 0) return null
    if (ahead > 2 * floorTrail) floor = (packet.sequence - floorTrail) & 0xffff

    const into = sender.buffer()
    const table = from !== null && to !== null ? transcodingTable(from, to) : null
    if (table === null) datagram.copy(into, rtpHeaderBytes, packet.payloadStart, packet.payloadEnd)
    else for (let i = 0; i < bytes; i++) into[rtpHeaderBytes + i] = table[datagram[packet.payloadStart + i]!]!

    const timestamp = (packet.timestamp + timestampShift) >>> 0
    sender.sendAs((packet.sequence + sequenceShift) & 0xffff, payloadType, packet.marker, timestamp, bytes)
    // All packets of a key have the timestamp of its beginning.
    if (from !== null) sender.continueFrom((timestamp + bytes) >>> 0)
    nextOfOurs = sender.nextSequence
    return timestamp
  }

  return { forward }
}
