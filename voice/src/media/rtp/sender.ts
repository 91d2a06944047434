import { randomBytes } from 'node:crypto'

import { frameSamples, rtpHeaderBytes, sequenceDelta, timestampDelta, writeRtpHeader } from './rtp.ts'

/** Room for 160 ms of audio, the longest packet relayed: with its headers it fits into one Ethernet frame. */
export const maxPayloadBytes = 1280

/** As many buffers as packets may wait in the kernel's queue: the socket keeps a buffer until it has been sent. */
const ringSize = 16

/** Our outgoing stream: one SSRC, sequence numbers, and a timestamp that always advances. */
export interface RtpSender {
  readonly ssrc: number
  /** The timestamp of this 20 ms. */
  readonly timestamp: number
  readonly nextSequence: number
  packetsSent: number
  octetsSent: number
  /** Returns a buffer to fill from `rtpHeaderBytes` on, valid until `send`. */
  buffer(): Buffer
  /** Sends the buffer's first `payloadBytes` of payload under the next sequence number. The marker may also come from `markNext`. */
  send(payloadType: number, marker: boolean, timestamp: number, payloadBytes: number): void
  /** Like `send`, with a sequence number that the relay chose. */
  sendAs(sequence: number, payloadType: number, marker: boolean, timestamp: number, payloadBytes: number): void
  /** Advances the timestamp by `frames` of 20 ms. */
  advance(frames: number): void
  /** Relayed packets may have run ahead of our clock: our own packets get no earlier timestamp than this. */
  continueFrom(timestamp: number): void
  /** The next packet begins a talkspurt (RFC 3551 section 4.1). */
  markNext(): void
}

export function createRtpSender(transmit: (datagram: Buffer, bytes: number) => void): RtpSender {
  const seed = randomBytes(10)
  const ring = Array.from({ length: ringSize }, () => Buffer.alloc(rtpHeaderBytes + maxPayloadBytes))
  let slot = 0
  let sequence = seed.readUInt16BE(0)
  let timestamp = seed.readUInt32BE(2)
  let marking = true
  const ssrc = seed.readUInt32BE(6)

  const sender: RtpSender = {
    ssrc,
    get timestamp() {
      return timestamp
    },
    get nextSequence() {
      return sequence
    },
    packetsSent: 0,
    octetsSent: 0,
    buffer: () => ring[slot]!,
    send(payloadType, marker, at, payloadBytes) {
      sender.sendAs(sequence, payloadType, marker, at, payloadBytes)
    },
    sendAs(place, payloadType, marker, at, payloadBytes) {
      const datagram = ring[slot]!
      slot = (slot + 1) % ringSize
      writeRtpHeader(datagram, payloadType, marker || marking, place, at, ssrc)
      marking = false
      if (sequenceDelta(place, sequence) >= 0) sequence = (place + 1) & 0xffff
      sender.packetsSent++
      sender.octetsSent += payloadBytes
      transmit(datagram, rtpHeaderBytes + payloadBytes)
    },
    advance(frames) {
      timestamp = (timestamp + frames * frameSamples) >>> 0
    },
    continueFrom(at) {
      if (timestampDelta(at, timestamp) > 0) timestamp = at
    },
    markNext() {
      marking = true
    },
  }
  return sender
}
