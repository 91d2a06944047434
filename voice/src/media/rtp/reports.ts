import type { RemoteInfo, Socket } from 'node:dgram'

import type { Clock } from '../../clock.ts'
import { lowestPort } from './latch.ts'
import type { Destination } from './latch.ts'
import { buildReport, parseReport } from './rtcp.ts'
import type { LastReport } from './rtcp.ts'
import type { RtpSender } from './sender.ts'
import type { Reception } from './statistics.ts'
import type { MediaStats } from '../types.ts'

/** One datagram that is not fragmented. */
const longestReport = 1500

/** Our side of RTCP: reports what we sent and received, and stores their reports. */
export interface ReportExchange {
  /** `target`: where reports are sent; null: nowhere until a report of theirs arrives. */
  signal(target: Destination | null): void
  send(): void
  latest(): MediaStats['reported']
}

export function createReportExchange(stream: {
  clock: Clock
  socket: Socket
  sender: RtpSender
  reception: Reception
  /** Is this an address of the other side? */
  belongs(address: string): boolean
}): ReportExchange {
  const { clock, socket, sender, reception, belongs } = stream
  let target: Destination | null = null
  let signalled: Destination | null = null
  let lastReport: LastReport | null = null
  let reported: MediaStats['reported'] = null

  socket.on('message', (datagram: Buffer, from: RemoteInfo) => {
    if (!belongs(from.address) || datagram.length > longestReport) return
    const report = parseReport(datagram, sender.ssrc, clock.now())
    if (report === null) return
    lastReport = report.lastReport ?? lastReport
    if (report.ours === null || from.port < lowestPort) return
    reported = report.ours
    // A report with our SSRC comes from the real peer: behind a NAT our reports go to its source.
    target = { address: from.address, port: from.port }
  })
  // The kernel may refuse single datagrams, as with RTP; nothing depends on one report.
  socket.on('error', () => (target = null))

  return {
    latest: () => reported,
    signal(next) {
      if (signalled?.address !== next?.address || signalled?.port !== next?.port) target = next
      signalled = next
    },
    send() {
      if (target === null) return
      const { ssrc } = reception
      const datagram = buildReport({
        ssrc: sender.ssrc,
        now: clock.now(),
        timestamp: sender.timestamp,
        packetsSent: sender.packetsSent,
        octetsSent: sender.octetsSent,
        heard: ssrc === null ? null : { ...reception.report(), ssrc, lastReport },
      })
      socket.send(datagram, target.port, target.address)
    },
  }
}
