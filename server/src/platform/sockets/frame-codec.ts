import { AppError } from '../errors.ts'
import { parseJson } from '../http/json.ts'

/** What the server sends: the event and its data, and an id when the frame is durable. */
export interface Frame {
  readonly event: string
  readonly data: unknown
  readonly id?: string | undefined
}

/** What a client sends. */
export interface CommandFrame {
  readonly event: string
  readonly data: unknown
}

/** How frames are written on the sockets of one address. Our own is `ourFrames`, at `/ws`. */
export interface FrameCodec {
  /** Throws 400 with a sentence that shows what a frame looks like. */
  decode(text: Buffer): CommandFrame
  /** Returns undefined for a frame that the clients of this address do not know. Must not throw. */
  encode(frame: Frame): string | undefined
  /** Returns false for a frame that is not for this user's clients at this address. Default: every frame is. */
  isFor?(frame: Frame, userId: string): boolean
}

/** The codec of each address, such as `/ws`. */
export type FrameCodecs = Readonly<Record<string, FrameCodec>>

export interface JsonFrames {
  /** A frame as it is shown in an error. */
  example: string
  /** Returns undefined for what is no frame. */
  read(value: Readonly<Record<string, unknown>>): { event: unknown; data?: unknown } | undefined
  /** Returns undefined for a frame that is not sent. Must not throw. */
  write(frame: Frame): object | undefined
  isFor?: FrameCodec['isFor']
}

/** An offer of a video call is one long text; nothing that a client sends has more values than this. */
const limits = { depth: 32, values: 2_000 }
const maxEventLength = 100

/** A codec of JSON objects. Their depth and number of values are limited before they are read. */
export function jsonFrames({ example, read, write, isFor }: JsonFrames): FrameCodec {
  const malformed = () => new AppError(400, 'malformed_frame', `A frame is a JSON text like ${example}.`)
  return {
    decode(text) {
      let value: unknown
      try {
        value = parseJson(text, limits)
      } catch (error) {
        throw error instanceof AppError && error.code !== 'malformed_json' ? error : malformed()
      }
      if (value === null || typeof value !== 'object' || Array.isArray(value)) throw malformed()
      const frame = read(value as Record<string, unknown>)
      if (typeof frame?.event !== 'string' || frame.event.length > maxEventLength) throw malformed()
      return { event: frame.event, data: frame.data ?? {} }
    },
    encode(frame) {
      const value = write(frame)
      return value && JSON.stringify(value)
    },
    ...(isFor && { isFor }),
  }
}

export const ourFrames = jsonFrames({
  example: '{ "event": "ping", "data": {} }',
  read: ({ event, data }) => ({ event, data }),
  write: (frame) => frame,
})

/** A frame for many sockets. It is encoded at most once for each codec, when the first socket needs it. */
export interface OutgoingFrame {
  /** Undefined when the clients of this codec do not know the frame, or when it is not for this user. */
  as(codec: FrameCodec, userId?: string): Buffer | undefined
}

export const outgoingFrame = (event: string, data: object, id?: string): OutgoingFrame => {
  const frame: Frame = id === undefined ? { event, data } : { event, data, id }
  return encodedOnce(() => frame)
}

/** A frame of another node, in our own encoding. It is parsed only for sockets of another codec. */
export const receivedFrame = (text: string): OutgoingFrame =>
  encodedOnce(
    once(() => JSON.parse(text) as Frame),
    Buffer.from(text),
  )

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

function encodedOnce(read: () => Frame, ours?: Buffer): OutgoingFrame {
  const encode = (codec: FrameCodec) => {
    const text = codec.encode(read())
    return text === undefined ? undefined : Buffer.from(text)
  }
  let others: Map<FrameCodec, Buffer | undefined> | undefined
  return {
    as(codec, userId) {
      // Nearly all sockets have this one.
      if (codec === ourFrames) return (ours ??= encode(codec))
      if (userId !== undefined && codec.isFor?.(read(), userId) === false) return undefined
      others ??= new Map()
      if (!others.has(codec)) others.set(codec, encode(codec))
      return others.get(codec)
    },
  }
}
