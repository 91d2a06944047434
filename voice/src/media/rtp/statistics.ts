/** A receiver's statistics of a stream: RFC 3550 appendices A.1, A.3 and A.8. */
import { sequenceDelta, timestampDelta } from './rtp.ts'

const samplesPerMs = 8
/** A jump of the sequence beyond these means that the sender restarted (A.1's MAX_DROPOUT, MAX_MISORDER). */
const maxForward = 3000
const maxBackward = -100

export interface ReceptionReport {
  /** The fraction lost in 256ths (0 to 255), since the last report. */
  fractionLost: number
  packetsLost: number
  highestSequence: number
  jitterSamples: number
}

export interface Reception {
  /** Returns true when a new stream began: the first packet, another SSRC, or a restarted sequence. */
  received(ssrc: number, sequence: number, timestamp: number, nowMs: number): boolean
  readonly ssrc: number | null
  readonly packets: number
  readonly packetsLost: number
  readonly jitterMs: number
  /** The mean of the jitter over all packets. */
  readonly meanJitterMs: number
  /** Returns the values for a receiver report and begins the next interval. */
  report(): ReceptionReport
}

export function createReception(): Reception {
  let ssrc: number | null = null
  let base = 0
  let highest = 0
  let inStream = 0
  let lostBefore = 0
  let packets = 0
  let transit = 0
  let jitter = 0
  let jitterSum = 0
  let reported = { expected: 0, received: 0 }

  const expected = () => (ssrc === null ? 0 : highest - base + 1)
  const lost = () => lostBefore + Math.max(0, expected() - inStream)

  function begin(sequence: number): void {
    lostBefore = lost()
    base = highest = sequence
    inStream = 0
    reported = { expected: 0, received: 0 }
  }

  function received(from: number, sequence: number, timestamp: number, nowMs: number): boolean {
    const isNew = from !== ssrc
    const step = isNew ? 0 : sequenceDelta(sequence, highest & 0xffff)
    const begins = isNew || step > maxForward || step < maxBackward
    if (begins) {
      begin(sequence)
      ssrc = from
      jitter = isNew ? 0 : jitter
    } else if (step > 0) highest += step
    packets++
    inStream++

    const arrival = Math.round(nowMs * samplesPerMs)
    const nextTransit = timestampDelta(arrival, timestamp)
    if (inStream > 1) jitter += (Math.abs(timestampDelta(nextTransit, transit)) - jitter) / 16
    transit = nextTransit
    jitterSum += jitter
    return begins
  }

  function report(): ReceptionReport {
    const expectedNow = expected() - reported.expected
    const lostNow = expectedNow - (inStream - reported.received)
    reported = { expected: expected(), received: inStream }
    return {
      fractionLost: expectedNow > 0 && lostNow > 0 ? Math.min(255, Math.floor((lostNow * 256) / expectedNow)) : 0,
      packetsLost: Math.min(lost(), 0x7fffff),
      highestSequence: highest >>> 0,
      jitterSamples: Math.round(jitter),
    }
  }

  return {
    received,
    report,
    get ssrc() {
      return ssrc
    },
    get packets() {
      return packets
    },
    get packetsLost() {
      return lost()
    },
    get jitterMs() {
      return jitter / samplesPerMs
    },
    get meanJitterMs() {
      return packets === 0 ? 0 : jitterSum / packets / samplesPerMs
    },
  }
}
