import { randomBytes, randomInt } from 'node:crypto'
import type { RemoteInfo, Socket } from 'node:dgram'
import { isIP } from 'node:net'

import type { AddressPolicy } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import type { LookUp } from '../sip/transport/resolver.ts'
import { createCallRecording } from './audio/call-recording.ts'
import { createDtmfReceiver, createDtmfSender } from './rtp/dtmf.ts'
import { silence } from './audio/g711.ts'
import { createLatch } from './rtp/latch.ts'
import type { AudioLibrary } from './audio/library.ts'
import {
  answerAudio,
  dtmfPayloadType,
  heardCodec,
  maySend,
  mustHear,
  offerAudio,
  remoteAudio,
} from './sdp/negotiation.ts'
import type { LocalAudio, RemoteAudio } from './sdp/negotiation.ts'
import type { Pacer } from './rtp/pacer.ts'
import { createPlayer, endedPlayback } from './audio/playback.ts'
import { createRelay } from './rtp/relay.ts'
import type { Relay } from './rtp/relay.ts'
import { createReportExchange } from './rtp/reports.ts'
import { emptyPacket, frameSamples, parseRtp, rtpHeaderBytes } from './rtp/rtp.ts'
import type { RtpPacket } from './rtp/rtp.ts'
import { buildSdp, parseSdp } from './sdp/sdp.ts'
import type { SessionDescription } from './sdp/sdp.ts'
import { createRtpSender } from './rtp/sender.ts'
import { createReception } from './rtp/statistics.ts'
import { encodedTone } from './audio/tone.ts'
import type { MediaRef } from '../gateway.ts'
import type { Codec, MediaHandlers, MediaSession } from './types.ts'

export interface SessionContext {
  clock: Clock
  pacer: Pacer
  library: AudioLibrary
  handlers: MediaHandlers
  rtp: Socket
  rtcp: Socket
  port: number
  advertisedHost: string
  mediaTimeoutMs: number
  mayReach: AddressPolicy
  lookUp: LookUp
  /** The sockets are gone: the port may be used again. */
  onClosed(): void
}

/** What a session does for the one it is bridged to. */
interface Half {
  relay(packet: RtpPacket, datagram: Buffer, codec: Codec | null): void
  join(other: Half): void
  /** Leaves the other half, which is to leave too. */
  part(): void
}

const halves = new WeakMap<MediaSession, Half>()

const comfortNoise = 13
const ticksPerSecond = 50
const reportTicks = 5 * ticksPerSecond
const flushTicks = ticksPerSecond / 2
/** A bridged party from whom nothing comes for longer is covered by silence, which keeps the NAT open. */
const relayQuietMs = 200

/** One leg's audio: what is sent, heard, recorded and bridged. Owns both sockets; `closed` resolves when they are closed and what was recorded is written. */
export function createSession(context: SessionContext): MediaSession & { closed: Promise<unknown> } {
  const { clock, handlers, rtp, port } = context
  const latch = createLatch()
  const reception = createReception()
  const keysIn = createDtmfReceiver()
  const keysOut = createDtmfSender()
  const player = createPlayer(handlers)
  const sender = createRtpSender(transmit)
  const reports = createReportExchange({
    clock,
    socket: context.rtcp,
    sender,
    reception,
    belongs: latch.belongs,
  })
  const recording = createCallRecording(clock, (error) => handlers.onError?.(error))
  const packet = emptyPacket()
  const sessionId = String(randomBytes(6).readUIntBE(0, 6))
  const closing = Promise.withResolvers<void>()

  let sdpVersion = 0
  let described = ''
  let remote: RemoteAudio | null = null
  let unpace: (() => void) | null = null
  let isClosed = false
  let isLookingUp = false
  let recorded: Promise<unknown> | null = null
  let ticks = randomInt(reportTicks)
  /** When we last heard them, or began to wait for them. */
  let heardAt = 0
  let hasTimedOut = false
  let other: Half | null = null
  let relay: Relay | null = null
  let relayedAt = 0

  function transmit(datagram: Buffer, bytes: number): void {
    const target = latch.target
    if (target !== null && !isClosed) rtp.send(datagram, 0, bytes, target.port, target.address)
  }

  function describe(build: (local: LocalAudio) => SessionDescription): string {
    const at = (version: number) => buildSdp(build({ address: context.advertisedHost, port, sessionId, version }))
    // The version grows only when the description changes (RFC 3264 section 8).
    if (at(sdpVersion) !== described) described = at(++sdpVersion)
    return described
  }

  /** Their audio address when it may be sent to; of a private one behind a NAT the SIP peer's stands in. */
  function aim({ port, rtcpPort }: RemoteAudio, address: string | undefined, peer: string | null): void {
    const reachable = [address, peer ?? undefined].find((each) => each !== undefined && context.mayReach(each))
    latch.signal(reachable === undefined ? null : { address: reachable, port }, peer)
    reports.signal(reachable === undefined ? null : { address: reachable, port: rtcpPort })
  }

  function agree(next: RemoteAudio, peer: string | null): void {
    if (remote === null || !maySend(remote)) sender.markNext()
    if (remote === null || !mustHear(remote)) heardAt = clock.monotonic()
    // Keys still waiting will never go out now.
    if (next.dtmfPayloadType === null) keysOut.clear()
    remote = next
    if (isIP(next.address) !== 0) return aim(next, next.address, peer)
    aim(next, undefined, peer)
    // One at a time: a peer that names another host every moment does not fill the queue of everybody's look-ups.
    if (isLookingUp) return
    isLookingUp = true
    context.lookUp(next.address, ([address]) => {
      isLookingUp = false
      if (isClosed || remote === null) return
      if (remote.address === next.address) aim(remote, address, peer)
      else if (isIP(remote.address) === 0) agree(remote, peer)
    })
  }

  function onDatagram(datagram: Buffer, from: RemoteInfo): void {
    if (unpace === null || remote === null || !latch.belongs(from.address) || !parseRtp(datagram, packet)) return
    const codec = heardCodec(packet.payloadType, remote)
    const isKey =
      codec === null && (packet.payloadType === remote.dtmfPayloadType || packet.payloadType === dtmfPayloadType)
    if (codec === null && !isKey && packet.payloadType !== comfortNoise) return
    const now = clock.monotonic()
    if (!latch.accept(from.address, from.port, now)) return

    heardAt = now
    hasTimedOut = false
    const { payloadStart, payloadEnd, timestamp } = packet
    if (reception.received(packet.ssrc, packet.sequence, timestamp, now)) keysIn.reset()
    if (codec !== null) recording.recorder?.add('left', codec, timestamp, datagram, payloadStart, payloadEnd)
    if (codec !== null || isKey) other?.relay(packet, datagram, codec)
    if (!isKey) return
    const key = keysIn.receive(datagram.subarray(payloadStart, payloadEnd), timestamp)
    if (key !== null) handlers.onDtmf?.(key)
  }

  function tick(skipped: number): void {
    if (isClosed) return
    if (skipped > 0) {
      sender.advance(skipped)
      sender.markNext()
      // We were not listening either.
      heardAt = clock.monotonic()
    }
    if (++ticks % ticksPerSecond === 0) checkTimeout()
    if (ticks % flushTicks === 0) recording.recorder?.flush()
    if (remote !== null && maySend(remote)) {
      if (ticks % reportTicks === 0) reports.send()
      sendFrame(remote)
    } else sender.markNext()
    sender.advance(1)
  }

  function sendFrame(to: RemoteAudio): void {
    const { timestamp } = sender
    if (keysOut.busy && to.dtmfPayloadType !== null) {
      const frame = keysOut.next(timestamp)
      if (frame === null) return
      frame.payload.copy(sender.buffer(), rtpHeaderBytes)
      sender.send(to.dtmfPayloadType, frame.marker, frame.timestamp, frame.payload.length)
      return
    }
    const datagram = sender.buffer()
    if (!player.fill(to.codec, datagram, rtpHeaderBytes)) {
      if (other !== null && clock.monotonic() - relayedAt < relayQuietMs) return
      datagram.fill(silence[to.codec], rtpHeaderBytes, rtpHeaderBytes + frameSamples)
    }
    recording.recorder?.add('right', to.codec, timestamp, datagram, rtpHeaderBytes, rtpHeaderBytes + frameSamples)
    sender.send(to.payloadType, false, timestamp, frameSamples)
  }

  function checkTimeout(): void {
    if (remote === null || !mustHear(remote) || hasTimedOut) return
    if (clock.monotonic() - heardAt <= context.mediaTimeoutMs) return
    hasTimedOut = true
    handlers.onTimeout?.()
  }

  const load = (media: MediaRef, codec: Codec) =>
    'tone' in media ? encodedTone(media.tone, codec) : context.library.load(media.path, codec)

  function loadSignal(media: MediaRef, codec: Codec): Buffer | Promise<Buffer> {
    const audio = load(media, codec)
    return Buffer.isBuffer(audio) ? audio : audio.catch(() => encodedTone('hold', codec))
  }

  const half: Half = {
    relay(heard, datagram, codec) {
      if (relay === null || remote === null || !maySend(remote) || isClosed) return
      // Our own keys and announcements go first.
      if (keysOut.busy || player.playing) return
      const payloadType = codec === null ? remote.dtmfPayloadType : remote.payloadType
      if (payloadType === null) return
      const timestamp = relay.forward(heard, datagram, payloadType, codec, remote.codec)
      relayedAt = clock.monotonic()
      if (timestamp !== null && codec !== null)
        recording.recorder?.add('right', codec, timestamp, datagram, heard.payloadStart, heard.payloadEnd)
    },
    join(next) {
      half.part()
      player.stop()
      other = next
      relay = createRelay(sender)
    },
    part() {
      const left = other
      other = relay = null
      if (left === null) return
      sender.markNext()
      left.part()
    },
  }

  const session: MediaSession & { closed: Promise<unknown> } = {
    port,
    closed: closing.promise.then(() => recorded),
    get codec() {
      return remote?.codec ?? null
    },
    get dtmf() {
      return remote !== null && remote.dtmfPayloadType !== null ? 'rfc4733' : 'none'
    },
    offer: () => describe(offerAudio),
    applyAnswer(sdp, peer = null) {
      agree(remoteAudio(parseSdp(sdp), remote?.codec ?? null), peer)
    },
    answerOffer(sdp, peer = null) {
      const offer = parseSdp(sdp)
      const audio = remoteAudio(offer, remote?.codec ?? null)
      agree(audio, peer)
      return describe((local) => answerAudio(offer, audio, local))
    },
    start() {
      if (unpace !== null || isClosed) return
      heardAt = clock.monotonic()
      unpace = context.pacer.add({ tick })
      // The first packet opens the NAT: it does not wait for its slot.
      tick(0)
    },
    play: (media, options) =>
      isClosed
        ? endedPlayback()
        : player.play((codec) => load(media, codec), remote?.codec ?? null, {
            loop: options?.loop ?? false,
            announced: true,
          }),
    playSignal: (media) =>
      isClosed
        ? endedPlayback()
        : player.play((codec) => loadSignal(media, codec), null, { loop: true, announced: false }),
    async sendDtmf(keys) {
      if (isClosed) return
      if (remote === null || remote.dtmfPayloadType === null)
        throw new Error('The other side takes no keys by RTP (its SDP has no telephone-event).')
      await keysOut.press(keys)
    },
    record: recording.begin,
    bridge(peer) {
      const next = halves.get(peer)
      if (!next || next === half) throw new Error('A session can be bridged only to another session of this engine.')
      if (isClosed) return
      half.join(next)
      next.join(half)
    },
    unbridge: () => half.part(),
    stats: () => ({
      packetsSent: sender.packetsSent,
      packetsReceived: reception.packets,
      packetsLost: reception.packetsLost,
      jitterMs: reception.jitterMs,
      reported: reports.latest(),
    }),
    close() {
      if (isClosed) return
      half.part()
      player.stop()
      keysOut.clear()
      isClosed = true
      unpace?.()
      recorded = recording.finish()
      rtp.close(() =>
        context.rtcp.close(() => {
          context.onClosed()
          closing.resolve()
        }),
      )
    },
  }
  rtp.on('message', onDatagram)
  // The kernel may refuse single datagrams (no route, full buffer). RTP lives with loss; `onTimeout` tells of silence.
  let hasSendFailed = false
  rtp.on('error', (error) => {
    if (!hasSendFailed) handlers.onError?.(error)
    hasSendFailed = true
  })
  halves.set(session, half)
  return session
}
