/**
 * RTP packets, RFC 3550 section 5.1:
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           synchronization source (SSRC) identifier            |
 * +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 * |            contributing source (CSRC) identifiers             |
 * |                             ....                              |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * An extension (X, section 5.3.1) is a word with its length, in 32-bit words, in the lower half, and as many words.
 */
export const rtpHeaderBytes = 12

const version = 2
const versionShift = 6
const paddingFlag = 0x20
const extensionFlag = 0x10
const csrcCountMask = 0x0f
const markerFlag = 0x80
const payloadTypeMask = 0x7f
const wordBytes = 4
/** The offsets of the fields. */
const sequenceAt = 2
const timestampAt = 4
const ssrcAt = 8
const extensionLengthAt = 2

/** 20 ms at 8 kHz. */
export const frameSamples = 160
export const frameMs = 20

/** Reused for every packet. The payload lies in the datagram from `payloadStart` up to `payloadEnd`. */
export interface RtpPacket {
  payloadType: number
  marker: boolean
  sequence: number
  timestamp: number
  ssrc: number
  payloadStart: number
  payloadEnd: number
}

export function emptyPacket(): RtpPacket {
  return {
    payloadType: 0,
    marker: false,
    sequence: 0,
    timestamp: 0,
    ssrc: 0,
    payloadStart: 0,
    payloadEnd: 0,
  }
}

/** Reads a datagram into `packet`. Returns false, with undefined content in `packet`, when it is not RTP version 2. */
export function parseRtp(datagram: Buffer, packet: RtpPacket): boolean {
  if (datagram.length < rtpHeaderBytes) return false
  const first = datagram[0]!
  if (first >> versionShift !== version) return false

  let start = rtpHeaderBytes + (first & csrcCountMask) * wordBytes
  if (first & extensionFlag) {
    if (start + wordBytes > datagram.length) return false
    start += wordBytes + datagram.readUInt16BE(start + extensionLengthAt) * wordBytes
  }
  let end = datagram.length
  if (first & paddingFlag) {
    const padding = datagram[end - 1]!
    if (padding === 0) return false
    end -= padding
  }
  if (start > end) return false

  packet.marker = (datagram[1]! & markerFlag) !== 0
  packet.payloadType = datagram[1]! & payloadTypeMask
  packet.sequence = datagram.readUInt16BE(sequenceAt)
  packet.timestamp = datagram.readUInt32BE(timestampAt)
  packet.ssrc = datagram.readUInt32BE(ssrcAt)
  packet.payloadStart = start
  packet.payloadEnd = end
  return true
}

export function writeRtpHeader(
  into: Buffer,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  into[0] = version << versionShift
  into[1] = marker ? payloadType | markerFlag : payloadType
  into.writeUInt16BE(sequence, sequenceAt)
  into.writeUInt32BE(timestamp, timestampAt)
  into.writeUInt32BE(ssrc, ssrcAt)
}

/** Returns `a - b` of 16-bit sequence numbers, across the wrap: positive when `a` is the later one. */
export function sequenceDelta(a: number, b: number): number {
  return ((a - b) << 16) >> 16
}

/** Returns `a - b` of 32-bit timestamps, across the wrap. */
export function timestampDelta(a: number, b: number): number {
  return (a - b) | 0
}
