/** Sender and receiver reports, RFC 3550 section 6.4, with the CNAME that every compound packet must carry. */
import type { ReceptionReport } from './statistics.ts'

const senderReport = 200
const receiverReport = 201
const sourceDescription = 202
const ntpEpochMs = 2_208_988_800_000
const reportBlockBytes = 24

export interface OwnReport {
  ssrc: number
  /** Unix time in ms. */
  now: number
  timestamp: number
  packetsSent: number
  octetsSent: number
  heard: (ReceptionReport & { ssrc: number; lastReport: LastReport | null }) | null
}

/** Their last sender report: the middle 32 bits of its NTP time, and when it came (Unix ms). */
export interface LastReport {
  middle: number
  at: number
}

export interface PeerReport {
  /** Set when it is a sender report. */
  lastReport: LastReport | null
  /** Their block about our stream. */
  ours: { packetsLost: number; jitterMs: number; roundTripMs: number | null } | null
}

export function buildReport(report: OwnReport): Buffer {
  const blocks = report.heard ? 1 : 0
  const reportBytes = 28 + blocks * reportBlockBytes
  const name = `${report.ssrc.toString(16)}@switchboard`
  const chunkBytes = Math.ceil((4 + 2 + name.length + 1) / 4) * 4
  const out = Buffer.alloc(reportBytes + 4 + chunkBytes)
  const ntp = ntpTime(report.now)

  header(out, 0, blocks, senderReport, reportBytes)
  out.writeUInt32BE(report.ssrc, 4)
  out.writeUInt32BE(ntp.seconds, 8)
  out.writeUInt32BE(ntp.fraction, 12)
  out.writeUInt32BE(report.timestamp, 16)
  out.writeUInt32BE(report.packetsSent >>> 0, 20)
  out.writeUInt32BE(report.octetsSent >>> 0, 24)
  if (report.heard) {
    const { ssrc, fractionLost, packetsLost, highestSequence, jitterSamples, lastReport } = report.heard
    out.writeUInt32BE(ssrc, 28)
    out.writeUInt8(fractionLost, 32)
    out.writeUIntBE(packetsLost, 33, 3)
    out.writeUInt32BE(highestSequence, 36)
    out.writeUInt32BE(jitterSamples, 40)
    out.writeUInt32BE(lastReport?.middle ?? 0, 44)
    out.writeUInt32BE(lastReport ? Math.round(((report.now - lastReport.at) * 65536) / 1000) >>> 0 : 0, 48)
  }

  header(out, reportBytes, 1, sourceDescription, 4 + chunkBytes)
  out.writeUInt32BE(report.ssrc, reportBytes + 4)
  out.writeUInt8(1, reportBytes + 8)
  out.writeUInt8(name.length, reportBytes + 9)
  out.write(name, reportBytes + 10, 'latin1')
  return out
}

/** Null when the datagram is not RTCP. `now` is Unix ms. */
export function parseReport(datagram: Buffer, ourSsrc: number, now: number): PeerReport | null {
  const report: PeerReport = { lastReport: null, ours: null }
  let at = 0
  while (at + 8 <= datagram.length) {
    const bytes = (datagram.readUInt16BE(at + 2) + 1) * 4
    if (datagram[at]! >> 6 !== 2 || at + bytes > datagram.length) return null
    const type = datagram[at + 1]!
    if (type === senderReport && bytes >= 28) report.lastReport = { middle: datagram.readUInt32BE(at + 10), at: now }
    if (type === senderReport || type === receiverReport) {
      const first = at + (type === senderReport ? 28 : 8)
      for (let i = 0; i < (datagram[at]! & 0x1f); i++) {
        const block = first + i * reportBlockBytes
        if (block + reportBlockBytes > at + bytes) break
        if (datagram.readUInt32BE(block) === ourSsrc) report.ours = parseBlock(datagram, block, now)
      }
    }
    at += bytes
  }
  return at === 0 ? null : report
}

function parseBlock(datagram: Buffer, block: number, now: number): PeerReport['ours'] {
  const lastReport = datagram.readUInt32BE(block + 16)
  const sinceLastReport = datagram.readUInt32BE(block + 20)
  const roundTrip = (ntpMiddle(now) - lastReport - sinceLastReport) | 0
  return {
    packetsLost: datagram.readIntBE(block + 5, 3),
    jitterMs: datagram.readUInt32BE(block + 12) / 8,
    roundTripMs: lastReport === 0 ? null : Math.max(0, (roundTrip * 1000) / 65536),
  }
}

function header(out: Buffer, at: number, count: number, type: number, bytes: number): void {
  out.writeUInt8(0x80 | count, at)
  out.writeUInt8(type, at + 1)
  out.writeUInt16BE(bytes / 4 - 1, at + 2)
}

function ntpTime(unixMs: number): { seconds: number; fraction: number } {
  const ms = unixMs + ntpEpochMs
  const seconds = Math.floor(ms / 1000)
  return {
    seconds: seconds >>> 0,
    fraction: Math.floor(((ms - seconds * 1000) / 1000) * 2 ** 32) >>> 0,
  }
}

function ntpMiddle(unixMs: number): number {
  const { seconds, fraction } = ntpTime(unixMs)
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0
}
