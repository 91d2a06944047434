import { AppError } from '../../../platform/errors.ts'
import { parseJson } from '../../../platform/http/json.ts'
import type { FrameCodec } from '../../../platform/sockets/frame-codec.ts'

/** One message of Phoenix channels, in either direction. */
export interface Message {
  topic: string
  event: string
  payload: Record<string, unknown>
  ref: string | null
  joinRef: string | null
}

const limits = { depth: 16, values: 2_000 }

/**
 * Frames of Phoenix channels. Protocol 1.0.0 writes objects, 2.0.0 lists. The event and data of our own frames are the
 * constant `phoenix` and the message.
 */
export function phoenixFrames(vsn: string): FrameCodec {
  const isList = vsn !== '1.0.0'
  return {
    decode(text) {
      const malformed = new AppError(400, 'malformed_frame', 'Frames are messages of Phoenix channels as JSON.')
      let value: unknown
      try {
        value = parseJson(text, limits)
      } catch {
        throw malformed
      }
      const message = Array.isArray(value) ? fromList(value) : fromObject(value)
      if (!message) throw malformed
      return { event: 'phoenix', data: message }
    },
    encode({ data }) {
      const { topic, event, payload, ref, joinRef } = data as Message
      return JSON.stringify(
        isList ? [joinRef, ref, topic, event, payload] : { topic, event, payload, ref, join_ref: joinRef },
      )
    },
  }
}

const asText = (value: unknown): string | null => (typeof value === 'string' && value.length <= 100 ? value : null)

function messageOf(
  topic: unknown,
  event: unknown,
  payload: unknown,
  ref: unknown,
  joinRef: unknown,
): Message | undefined {
  if (typeof topic !== 'string' || typeof event !== 'string' || topic.length > 300 || event.length > 100)
    return undefined
  const isObject = payload !== null && typeof payload === 'object' && !Array.isArray(payload)
  return {
    topic,
    event,
    payload: isObject ? (payload as Record<string, unknown>) : {},
    ref: asText(ref),
    joinRef: asText(joinRef),
  }
}

const fromList = ([joinRef, ref, topic, event, payload]: unknown[]) => messageOf(topic, event, payload, ref, joinRef)

function fromObject(value: unknown): Message | undefined {
  if (value === null || typeof value !== 'object') return undefined
  const { topic, event, payload, ref, join_ref } = value as Record<string, unknown>
  return messageOf(topic, event, payload, ref, join_ref)
}
