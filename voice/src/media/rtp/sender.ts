import { randomBytes } from 'node:crypto'

import { frameSamples, rtpHeaderBytes, sequenceDelta, timestampDelta, writeRtpHeader } from './rtp.ts'

/** Room for 160 ms of audio, the longest packet relayed: with its headers it fits into one Ethernet frame. */
export const maxPayloadBytes = 1280

/** As many as may wait in the kernel's queue: the socket keeps a buffer until it has really been sent. */
const ringSize = 16

/** Our outgoing stream: one SSRC, sequence numbers and a timestamp that runs on whatever is sent. */
export interface RtpSender {
  readonly ssrc: number
  /** The timestamp of this 20 ms. */
  readonly timestamp: number
  readonly nextSequence: number
  packetsSent: number
  octetsSent: number
  /** A buffer to be filled from `rtpHeaderBytes` on, valid until `send`. */
  buffer(): Buffer
  /** Sends the buffer's first `payloadBytes` of payload under the next sequence number. The marker may also come from `markNext`. */
  send(payloadType: number, marker: boolean, timestamp: number, payloadBytes: number): void
  /** As `send`, in a place of the sequence which the relay chose. */
  sendAs(sequence: number, payloadType: number, marker: boolean, timestamp: number, payloadBytes: number): void
  /** Lets time pass: `frames` of 20 ms. */
  advance(frames: number): void
  /** What was relayed may have run ahead of our clock: what we send ourselves comes no earlier than this. */
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
