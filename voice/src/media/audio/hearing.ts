import { frameSamples, sequenceDelta, timestampDelta } from '../rtp/rtp.ts'
import type { RtpPacket } from '../rtp/rtp.ts'
import type { Codec } from '../types.ts'
import { decodingTable } from './g711.ts'

/** What one party says as one stream of samples without holes, passed on as it arrives. */
export interface Hearing {
  packet(packet: RtpPacket, datagram: Buffer, codec: Codec): void
  /** 20 ms have passed. */
  tick(): void
}

/** A sender that is silent for so many ticks is covered with silence. */
const quietTicks = 3
/** A longer hole in the timestamps is a sender that started over. */
const maxGapSamples = 8_000
/** Older by more is a sender that started over. */
const maxLatePackets = 100
/** The longest packet taken, 160 ms, as for the relay. */
const maxPacketSamples = 1_280
/** No more, 2 s, is taken between two ticks: what waited while this process was held up is, a flood is not. */
const maxSamplesPerTick = 16_000

const silentFrame = new Int16Array(frameSamples)

/**
 * Lost packets and pauses become silence; packets that come late, or twice, are left out. `heard` gets an array that is
 * its own, and the number of samples before it.
 */
export function createHearing(heard: (samples: Int16Array, position: number) => void): Hearing {
  let position = 0
  let ssrc: number | null = null
  let lastSequence = 0
  /** The timestamp that continues the stream. */
  let nextTimestamp = 0
  let ticksQuiet = 0
  let takenThisTick = 0

  function pass(samples: Int16Array): void {
    heard(samples, position)
    position += samples.length
  }

  function isLate(packet: RtpPacket): boolean {
    const ahead = sequenceDelta(packet.sequence, lastSequence)
    return packet.ssrc === ssrc && ahead <= 0 && ahead > -maxLatePackets
  }

  return {
    packet(packet, datagram, codec) {
      const count = packet.payloadEnd - packet.payloadStart
      if (count === 0 || count > maxPacketSamples || takenThisTick > maxSamplesPerTick || isLate(packet)) return
      const gap = packet.ssrc === ssrc ? timestampDelta(packet.timestamp, nextTimestamp) : 0
      if (gap > 0 && gap <= maxGapSamples) pass(new Int16Array(gap))
      ssrc = packet.ssrc
      lastSequence = packet.sequence
      nextTimestamp = (packet.timestamp + count) >>> 0
      ticksQuiet = 0
      takenThisTick += count
      const table = decodingTable(codec)
      const samples = new Int16Array(count)
      for (let i = 0; i < count; i++) samples[i] = table[datagram[packet.payloadStart + i]!]!
      pass(samples)
    },
    tick() {
      takenThisTick = 0
      if (++ticksQuiet <= quietTicks) return
      pass(silentFrame.slice())
      nextTimestamp = (nextTimestamp + frameSamples) >>> 0
    },
  }
}
