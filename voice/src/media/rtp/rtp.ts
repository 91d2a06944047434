/** RTP packets, RFC 3550 section 5.1. */
export const rtpHeaderBytes = 12
/** 20 ms at 8 kHz. */
export const frameSamples = 160
export const frameMs = 20

/** Reused from packet to packet. The payload lies in the datagram from `payloadStart` up to `payloadEnd`. */
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

/** Reads a datagram into `packet`. False, with `packet` undefined, when it is not RTP version 2. */
export function parseRtp(datagram: Buffer, packet: RtpPacket): boolean {
  if (datagram.length < rtpHeaderBytes) return false
  const first = datagram[0]!
  if (first >> 6 !== 2) return false

  let start = rtpHeaderBytes + (first & 0x0f) * 4
  if (first & 0x10) {
    if (start + 4 > datagram.length) return false
    start += 4 + datagram.readUInt16BE(start + 2) * 4
  }
  let end = datagram.length
  if (first & 0x20) {
    const padding = datagram[end - 1]!
    if (padding === 0) return false
    end -= padding
  }
  if (start > end) return false

  packet.marker = datagram[1]! >> 7 === 1
  packet.payloadType = datagram[1]! & 0x7f
  packet.sequence = datagram.readUInt16BE(2)
  packet.timestamp = datagram.readUInt32BE(4)
  packet.ssrc = datagram.readUInt32BE(8)
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
  into[0] = 0x80
  into[1] = marker ? payloadType | 0x80 : payloadType
  into.writeUInt16BE(sequence, 2)
  into.writeUInt32BE(timestamp, 4)
  into.writeUInt32BE(ssrc, 8)
}

/** `a - b` of 16-bit sequence numbers, across the wrap: positive when `a` is the later one. */
export function sequenceDelta(a: number, b: number): number {
  return ((a - b) << 16) >> 16
}

/** `a - b` of 32-bit timestamps, across the wrap. */
export function timestampDelta(a: number, b: number): number {
  return (a - b) | 0
}
