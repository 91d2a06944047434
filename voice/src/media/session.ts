import { randomInt } from 'node:crypto'
import type { RemoteInfo, Socket } from 'node:dgram'

import type { AddressPolicy } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import type { LookUp } from '../sip/transport/resolver.ts'
import { createAgreement } from './agreement.ts'
import { createCallRecording } from './audio/call-recording.ts'
import { createBridgeEnd } from './bridging.ts'
import { createLiveAudio } from './live-audio.ts'
import type { LiveAudioEnd } from './live-audio.ts'
import { createDtmfReceiver, createDtmfSender } from './rtp/dtmf.ts'
import { encode, silence } from './audio/g711.ts'
import { createLatch } from './rtp/latch.ts'
import type { AudioLibrary } from './audio/library.ts'
import { dtmfPayloadType, heardCodec, maySend, mustHear } from './sdp/negotiation.ts'
import type { RemoteAudio } from './sdp/negotiation.ts'
import type { Pacer } from './rtp/pacer.ts'
import { createPlayer, endedPlayback } from './audio/playback.ts'
import { createReportExchange } from './rtp/reports.ts'
import { emptyPacket, frameSamples, parseRtp, rtpHeaderBytes } from './rtp/rtp.ts'
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
  /** Called when the sockets are closed: the port may be used again. */
  onClosed(): void
}

const comfortNoise = 13
const ticksPerSecond = 50
const reportTicks = 5 * ticksPerSecond
const flushTicks = ticksPerSecond / 2
/** One leg's audio: sending, receiving, recording, bridging. Owns both sockets; `closed` resolves when they are closed and the
 * recording is written. */
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
  const speech = new Int16Array(frameSamples)
  const closing = Promise.withResolvers<void>()
  const agreement = createAgreement({ ...context, latch, reports, onAgreed })
  const bridge = createBridgeEnd({
    clock,
    sender,
    remote: () => (isClosed ? null : agreement.remote),
    recorder: () => recording.recorder,
    isBusy: () => keysOut.busy || player.playing,
    onJoin() {
      player.stop()
      live?.close('transferred')
    },
  })

  let live: LiveAudioEnd | null = null
  let unpace: (() => void) | null = null
  let isClosed = false
  let recorded: Promise<unknown> | null = null
  let ticks = randomInt(reportTicks)
  /** When the last packet of theirs arrived, or waiting for them began. */
  let heardAt = 0
  let hasTimedOut = false

  function transmit(datagram: Buffer, bytes: number): void {
    const target = latch.target
    if (target !== null && !isClosed) rtp.send(datagram, 0, bytes, target.port, target.address)
  }

  function onAgreed(before: RemoteAudio | null, now: RemoteAudio): void {
    if (before === null || !maySend(before)) sender.markNext()
    if (before === null || !mustHear(before)) heardAt = clock.monotonic()
    // Waiting keys will not be sent any more.
    if (now.dtmfPayloadType === null) keysOut.clear()
  }

  function onDatagram(datagram: Buffer, from: RemoteInfo): void {
    const { remote } = agreement
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
    if (codec !== null) {
      recording.recorder?.add('left', codec, timestamp, datagram, payloadStart, payloadEnd)
      live?.hearing.packet(packet, datagram, codec)
    }
    if (codec !== null || isKey) bridge.pass(packet, datagram, codec)
    if (!isKey) return
    const key = keysIn.receive(datagram.subarray(payloadStart, payloadEnd), timestamp)
    if (key !== null) handlers.onDtmf?.(key)
  }

  function tick(skipped: number): void {
    if (isClosed) return
    if (skipped > 0) {
      sender.advance(skipped)
      sender.markNext()
      // Our own process was stalled: their silence does not count.
      heardAt = clock.monotonic()
    }
    if (++ticks % ticksPerSecond === 0) checkTimeout()
    if (ticks % flushTicks === 0) recording.recorder?.flush()
    live?.hearing.tick()
    const { remote } = agreement
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
      if (live?.take(speech)) encode(to.codec, speech, datagram, rtpHeaderBytes)
      else if (bridge.isCarrying()) return
      else datagram.fill(silence[to.codec], rtpHeaderBytes, rtpHeaderBytes + frameSamples)
    }
    recording.recorder?.add('right', to.codec, timestamp, datagram, rtpHeaderBytes, rtpHeaderBytes + frameSamples)
    sender.send(to.payloadType, false, timestamp, frameSamples)
  }

  function checkTimeout(): void {
    const { remote } = agreement
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

  const session: MediaSession & { closed: Promise<unknown> } = {
    port,
    closed: closing.promise.then(() => recorded),
    get codec() {
      return agreement.remote?.codec ?? null
    },
    get dtmf() {
      return (agreement.remote?.dtmfPayloadType ?? null) === null ? 'none' : 'rfc4733'
    },
    offer: agreement.offer,
    applyAnswer: (sdp, peer = null) => agreement.applyAnswer(sdp, peer),
    answerOffer: (sdp, peer = null) => agreement.answerOffer(sdp, peer),
    start() {
      if (unpace !== null || isClosed) return
      heardAt = clock.monotonic()
      unpace = context.pacer.add({ tick })
      // The first packet opens the NAT, so it is sent before its slot.
      tick(0)
    },
    play: (media, options) =>
      isClosed
        ? endedPlayback()
        : player.play((codec) => load(media, codec), session.codec, {
            loop: options?.loop ?? false,
            announced: true,
          }),
    playSignal: (media) =>
      isClosed
        ? endedPlayback()
        : player.play((codec) => loadSignal(media, codec), null, { loop: true, announced: false }),
    async sendDtmf(keys) {
      if (isClosed) return
      if (session.dtmf === 'none')
        throw new Error('The other side takes no keys by RTP (its SDP has no telephone-event).')
      await keysOut.press(keys)
    },
    record: recording.begin,
    openAudio(options, audioHandlers) {
      if (live) throw new Error("This leg's live audio is open already: close that channel first.")
      if (bridge.isJoined) throw new Error('This leg is bridged: its audio belongs to the other party.')
      const opened = createLiveAudio(options, {
        ...audioHandlers,
        onClosed(reason) {
          live = null
          audioHandlers.onClosed(reason)
        },
      })
      live = opened
      if (isClosed) opened.close('ended')
      return opened
    },
    bridge(peer) {
      if (!isClosed) bridge.join(peer)
    },
    unbridge: bridge.part,
    stats: () => ({
      packetsSent: sender.packetsSent,
      packetsReceived: reception.packets,
      packetsLost: reception.packetsLost,
      jitterMs: reception.jitterMs,
      meanJitterMs: reception.meanJitterMs,
      reported: reports.latest(),
    }),
    close() {
      if (isClosed) return
      bridge.part()
      player.stop()
      live?.close('ended')
      keysOut.clear()
      agreement.close()
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
  // The kernel may refuse single datagrams (no route, full buffer). RTP tolerates loss; `onTimeout` reports silence.
  let hasSendFailed = false
  rtp.on('error', (error) => {
    if (!hasSendFailed) handlers.onError?.(error)
    hasSendFailed = true
  })
  bridge.standFor(session)
  return session
}
