import type { InboundLeg, VoiceGateway } from '@switchboard/voice'
import type { Log } from '../../platform/log.ts'

/** A call that came in over a trunk of this node, before it is answered. */
export interface InboundCall {
  workspaceId: string
  /** The SIP provider whose trunk received the call. */
  sipProviderId: string
  /** As the carrier writes them: E.164 with or without `+`, or a SIP user part. */
  from: string
  to: string
  /** `answer()` or `reject()` it. It rings until then, and is rejected with 480 after 30 s. */
  leg: InboundLeg
}

/** Selects the calls that a handler receives. An empty filter selects every call. */
export interface InboundFilter {
  sipProviderId?: string
  /** The called number. Compared without a leading `+` or `00`. */
  number?: string
}

/** May take any time. When it throws, the error is logged and the call ends (with 480 if it was not answered). */
export type InboundHandler = (call: InboundCall) => void | Promise<void>

export interface InboundCalls {
  /**
   * Registers a handler of incoming calls and returns a function that removes it. The handler with the most specific
   * filter gets the call: number and provider, then number, then provider, then every call. The handler owns the call and
   * must answer or reject it. Without a handler the call is rejected with 480. Throws when the same filter is
   * registered twice.
   */
  onInboundCall(handler: InboundHandler, filter?: InboundFilter): () => void
}

interface InboundOptions {
  gateway: Pick<VoiceGateway, 'onInbound'>
  log: Log
  /** Workspace of a trunk that this node holds. */
  workspaceOf(trunkId: string): string | undefined
}

/** The only receiver of the gateway's incoming calls on a node. */
export function createInboundCalls({ gateway, log, workspaceOf }: InboundOptions): InboundCalls {
  const handlers = new Map<string, InboundHandler>()
  let listening = false

  function receive(leg: InboundLeg): void {
    const { trunkId: sipProviderId, from, to } = leg
    const workspaceId = workspaceOf(sipProviderId)
    const handler = keysOf(sipProviderId, to)
      .map((key) => handlers.get(key))
      .find((found) => found !== undefined)
    const taken =
      handler && workspaceId !== undefined
        ? Promise.try(handler, { workspaceId, sipProviderId, from, to, leg })
        : leg.reject(480)
    taken.catch((error: unknown) => {
      log.error({ err: error, provider: sipProviderId }, 'An incoming call failed.')
      leg
        .hangup()
        .catch((fault: unknown) => log.warn({ err: fault, provider: sipProviderId }, 'A call could not be ended.'))
    })
  }

  return {
    onInboundCall(handler, { sipProviderId, number } = {}) {
      const key = keyOf(sipProviderId, number)
      if (handlers.has(key)) throw new Error(`Incoming calls of ${key} already have a handler.`)
      handlers.set(key, handler)
      // Until the first handler is registered, the voice process rejects calls itself.
      if (!listening) gateway.onInbound(receive)
      listening = true
      return () => void handlers.delete(key)
    },
  }
}

const keyOf = (sipProviderId = '*', number = '*') => `${sipProviderId}/${number.replace(/^(\+|00)/, '')}`

/** From the most specific key to the least. */
const keysOf = (sipProviderId: string, number: string) => [
  keyOf(sipProviderId, number),
  keyOf(undefined, number),
  keyOf(sipProviderId),
  keyOf(),
]
