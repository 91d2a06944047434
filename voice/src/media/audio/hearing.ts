import { frameSamples, sequenceDelta, timestampDelta } from '../rtp/rtp.ts'
import type { RtpPacket } from '../rtp/rtp.ts'
import type { Codec } from '../types.ts'
import { decodingTable } from './g711.ts'

/** One party's speech as a stream of samples without gaps, passed on as it arrives. */
export interface Hearing {
  packet(packet: RtpPacket, datagram: Buffer, codec: Codec): void
  /** 20 ms have passed. */
  tick(): void
}

/** After this many ticks without packets, silence is filled in. */
const quietTicks = 3
/** A longer gap in the timestamps means that the sender restarted. */
const maxGapSamples = 8_000
/** Timestamps older by more than this mean that the sender restarted. */
const maxLatePackets = 100
/** The longest accepted packet, 160 ms, as for the relay. */
const maxPacketSamples = 1_280
/** The most that is accepted between two ticks, 2 s: enough after a stall of this process, too little for a flood. */
const maxSamplesPerTick = 16_000

const silentFrame = new Int16Array(frameSamples)

/**
 * Lost packets and pauses become silence; late and duplicate packets are dropped. `heard` gets an array that it may keep,
 * and the number of samples before it.
 */
export function createHearing(heard: (samples: Int16Array, position: number) => void): Hearing {
  let position = 0
  let ssrc: number | null = null
  let lastSequence = 0
  /** The next timestamp of the stream. */
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
