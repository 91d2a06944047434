import type { RawData, WebSocket } from 'ws'
import { AppError } from '../errors.ts'
import { parseJson } from '../http/json.ts'
import { encodeFrame } from './hub.ts'

/** One client's WebSocket, with its limits: it may neither talk too much nor listen too slowly. */
export interface Socket {
  /** Sends a frame, or ends the connection when over 1 MiB waits for a client that does not read. */
  send(frame: Buffer): void
  /** The same, but waits while much is under way. For sending more than a client takes at once. */
  sendSlowly(frame: Buffer): Promise<void>
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
/** An offer of a video call is one long text; nothing that a client sends has more values than this. */
const frameLimits = { depth: 32, values: 2_000 }
/** A frame counts as one message for each of these that it has begun. */
const bytesPerMessage = 8 * 1024
const maxWaitingBytes = 1024 * 1024
const manyWaitingBytes = 256 * 1024
const messagesPerSecond = 10
const messageBurst = 100
/** The number of further messages that are refused before the connection is closed. */
const patience = 20
const closeGraceMs = 1000

export function createSocket(ws: WebSocket, events: SocketEvents): Socket {
  let isAlive = true
  let isWarned = false
  let work = Promise.resolve()
  const allowance = createAllowance()

  const send = (frame: Buffer) => {
    if (ws.readyState !== ws.OPEN) return
    if (ws.bufferedAmount > maxWaitingBytes) return ws.terminate()
    ws.send(frame, { binary: false })
  }

  const sendError = (failure: AppError, event?: string) =>
    send(
      encodeFrame('error', {
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
    let frame: Frame
    try {
      frame = parseFrame(content, isBinary)
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
        if (ws.readyState !== ws.OPEN) return resolve()
        const mustWait = ws.bufferedAmount > manyWaitingBytes
        ws.send(frame, { binary: false }, () => resolve())
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

interface Frame {
  event: string
  data: unknown
}

/** Throws 400 saying what a frame looks like. */
function parseFrame(content: RawData, isBinary: boolean): Frame {
  const malformed = new AppError(400, 'malformed_frame', 'A frame is a JSON text like { "event": "ping", "data": {} }.')
  if (isBinary) throw malformed
  let frame: unknown
  try {
    frame = parseJson(content as Buffer, frameLimits)
  } catch (error) {
    throw error instanceof AppError && error.code !== 'malformed_json' ? error : malformed
  }
  if (frame === null || typeof frame !== 'object' || Array.isArray(frame)) throw malformed
  const { event, data } = frame as { event?: unknown; data?: unknown }
  if (typeof event !== 'string' || event.length > 100) throw malformed
  return { event, data: data ?? {} }
}

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
