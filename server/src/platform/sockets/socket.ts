import type { RawData, WebSocket } from 'ws'
import { AppError } from '../errors.ts'
import { type CommandFrame, type FrameCodec, type OutgoingFrame, outgoingFrame } from './frame-codec.ts'

/** One client's WebSocket, with its limits: it may neither talk too much nor listen too slowly. */
export interface Socket {
  /** Sends a frame, or ends the connection when over 1 MiB waits for a client that does not read. */
  send(frame: OutgoingFrame): void
  /** The same, but waits while much is under way. For sending more than a client takes at once. */
  sendSlowly(frame: OutgoingFrame): Promise<void>
  sendError(failure: AppError, event?: string): void
  /** See RFC 6455, 7.4. Gives the client a second to answer. */
  close(code: number, reason: string): void
  isOpen(): boolean
  /** Sends a ping; ends the connection when nothing came since the last one. */
  checkAlive(): void
}

export interface SocketEvents {
  /** A well-formed frame. They come one at a time: the next waits until this is resolved. Must not reject. */
  message(event: string, data: unknown): Promise<void>
  closed(): void
}

/** Bytes of the largest frame a client may send; more closes with 1009. */
export const maxFrameBytes = 64 * 1024
/** A frame counts as one message for each of these that it has begun. */
const bytesPerMessage = 8 * 1024
const maxWaitingBytes = 1024 * 1024
const manyWaitingBytes = 256 * 1024
const messagesPerSecond = 10
const messageBurst = 100
/** The number of further messages that are refused before the connection is closed. */
const patience = 20
const closeGraceMs = 1000

/** `userId`: whose socket it is, for codecs with frames that are not for every user. */
export function createSocket(ws: WebSocket, codec: FrameCodec, events: SocketEvents, userId?: string): Socket {
  let isAlive = true
  let isWarned = false
  let work = Promise.resolve()
  const allowance = createAllowance()

  const send = (frame: OutgoingFrame) => {
    if (ws.readyState !== ws.OPEN) return
    const text = frame.as(codec, userId)
    if (!text) return
    if (ws.bufferedAmount > maxWaitingBytes) return ws.terminate()
    ws.send(text, { binary: false })
  }

  const sendError = (failure: AppError, event?: string) =>
    send(
      outgoingFrame('error', {
        error: failure.message,
        code: failure.code,
        ...(event !== undefined && { event }),
        ...(failure.details && { details: failure.details }),
      }),
    )

  const close = (code: number, reason: string) => {
    if (ws.readyState !== ws.OPEN) return
    ws.close(code, reason)
    setTimeout(() => ws.terminate(), closeGraceMs).unref()
  }

  const receive = async (content: RawData, isBinary: boolean) => {
    if (ws.readyState !== ws.OPEN) return
    let frame: CommandFrame
    try {
      // A binary frame is answered like an empty one: with what a frame looks like.
      frame = codec.decode(isBinary ? Buffer.alloc(0) : (content as Buffer))
    } catch (error) {
      return sendError(error as AppError)
    }
    await events.message(frame.event, frame.data)
  }

  ws.on('message', (content, isBinary) => {
    isAlive = true
    const left = allowance.take(Math.max(1, Math.ceil((content as Buffer).length / bytesPerMessage)))
    if (left < -patience) return close(4429, 'Too many messages.')
    if (left >= 0) work = work.then(() => receive(content, isBinary))
    else if (!isWarned) sendError(tooManyMessages)
    isWarned = left < 0
  })
  ws.on('pong', () => (isAlive = true))
  // `ws` closes the connection itself, with the code that fits.
  ws.on('error', () => undefined)
  ws.on('close', () => events.closed())

  return {
    send,
    sendError,
    close,
    isOpen: () => ws.readyState === ws.OPEN,
    sendSlowly: (frame) =>
      new Promise((resolve) => {
        const text = frame.as(codec, userId)
        if (!text || ws.readyState !== ws.OPEN) return resolve()
        const mustWait = ws.bufferedAmount > manyWaitingBytes
        ws.send(text, { binary: false }, () => resolve())
        if (!mustWait) resolve()
      }),
    checkAlive() {
      if (!isAlive) return ws.terminate()
      isAlive = false
      if (ws.readyState === ws.OPEN) ws.ping()
    },
  }
}

const tooManyMessages = new AppError(
  429,
  'too_many_messages',
  `More than ${messagesPerSecond} messages a second: some were ignored, and going on like this closes the connection.`,
)

/** Counts down from the burst and up again with time; what it answers is negative when the message is too much. */
function createAllowance() {
  let left = messageBurst
  let at = performance.now()
  return {
    take(messages: number): number {
      const now = performance.now()
      left = Math.min(messageBurst, left + ((now - at) / 1000) * messagesPerSecond)
      at = now
      left -= messages
      return Math.floor(left)
    },
  }
}
