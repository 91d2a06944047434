import type { Socket } from 'node:net'
import { createFrameReader, encodeFrame, headerBytes, kinds, protocolVersion, samplesOf, type Frame } from './frames.ts'
import type { Attachment, AudioHub } from './hub.ts'
import { createOutbox } from './outbox.ts'

export interface ConnectionContext {
  hub: AudioHub
  /** Calls `tick` every 20 ms; the function returned ends it. */
  everyFrame(tick: () => void): () => void
  isToken(payload: Uint8Array): boolean
}

/** A connection that has not shown the token by then is closed. */
const helloWithinMs = 1_000
/** Bytes read from one listener per 20 ms: 80 times the audio of 100 calls. The rest waits, so that packets are not delayed. */
const bytesPerTick = 256 * 1024
/** The minimum that a frame or a read counts, in bytes. */
const smallestFrameBytes = 256
const smallestReadBytes = 1024

/** Serves one connection: token first, then frames, until it violates the protocol, is replaced or ends. */
export function serveListener(socket: Socket, { hub, everyFrame, isToken }: ConnectionContext): void {
  let attachment: Attachment | null = null
  let endTicks: (() => void) | null = null
  let budget = bytesPerTick
  const late = setTimeout(() => socket.destroy(), helloWithinMs)
  const outbox = createOutbox(socket, (channel, samples) => attachment?.reportLost(channel, samples))
  const reader = createFrameReader((frame) => (attachment ? carryOut(frame, attachment) : greet(frame)))

  function greet({ kind, count, payload }: Frame): boolean {
    if (kind !== kinds.hello || count !== protocolVersion || !isToken(payload)) return false
    clearTimeout(late)
    socket.write(encodeFrame(kinds.welcome, 0, protocolVersion))
    attachment = hub.attach(outbox, () => {
      // Writes the remaining frames, such as `closed` of channels.
      outbox.tick()
      socket.end(() => socket.destroy())
    })
    endTicks = everyFrame(tick)
    return true
  }

  function carryOut({ kind, channel, count, payload }: Frame, to: Attachment): boolean {
    budget -= Math.max(0, smallestFrameBytes - headerBytes - payload.length)
    if (kind === kinds.speech) {
      if (payload.length % 2 !== 0) return false
      to.audio(channel, samplesOf(payload))
    } else if (kind === kinds.mark) return to.mark(channel, count)
    else if (kind === kinds.flush) to.flush(channel, count)
    else return false
    return true
  }

  function tick(): void {
    budget = Math.min(budget + bytesPerTick, bytesPerTick)
    if (budget > 0 && socket.isPaused()) socket.resume()
    if (!outbox.tick()) socket.destroy()
  }

  socket.on('data', (chunk) => {
    budget -= Math.max(smallestReadBytes, chunk.length)
    if (!reader.read(chunk)) return socket.destroy()
    if (budget <= 0 && endTicks) socket.pause()
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    clearTimeout(late)
    endTicks?.()
    attachment?.detach()
  })
}
