import type { RemoteInfo, Socket } from 'node:dgram'

import type { Clock } from '../../clock.ts'
import type { RemoteAudio } from '../sdp/negotiation.ts'
import { buildReport, parseReport } from './rtcp.ts'
import type { LastReport } from './rtcp.ts'
import type { RtpSender } from './sender.ts'
import type { Reception } from './statistics.ts'
import type { MediaStats } from '../types.ts'

/** Our side of RTCP: tells what we sent and heard, remembers what they say. */
export interface ReportExchange {
  signal(remote: RemoteAudio): void
  send(): void
  latest(): MediaStats['reported']
}

export function createReportExchange(stream: {
  clock: Clock
  socket: Socket
  sender: RtpSender
  reception: Reception
}): ReportExchange {
  const { clock, socket, sender, reception } = stream
  let target: { address: string; port: number } | null = null
  let signalled: RemoteAudio | null = null
  let lastReport: LastReport | null = null
  let reported: MediaStats['reported'] = null

  socket.on('message', (datagram: Buffer, from: RemoteInfo) => {
    const report = parseReport(datagram, sender.ssrc, clock.now())
    if (report === null) return
    lastReport = report.lastReport ?? lastReport
    if (report.ours === null || from.port === 0) return
    reported = report.ours
    // Only somebody on the path knows our SSRC: behind a NAT this is where reports are to go.
    target = { address: from.address, port: from.port }
  })
  // As with RTP, single datagrams may be refused; nothing depends on a report.
  socket.on('error', () => (target = null))

  return {
    latest: () => reported,
    signal(remote) {
      if (signalled?.address !== remote.address || signalled.rtcpPort !== remote.rtcpPort)
        target = { address: remote.address, port: remote.rtcpPort }
      signalled = remote
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
