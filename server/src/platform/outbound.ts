import { isIP } from 'node:net'
import { isPrivateAddress } from '@switchboard/voice/addresses'
import type { Agent } from 'undici'
import { AppError, badRequest, unavailable } from './errors.ts'
import { createFairQueue } from './fair-queue.ts'
import { type HostLookup, createHostLookup, systemAddresses } from './host-lookup.ts'
import { type OutboundStream, type StreamLimits, aborted, flatHeaders, openStream } from './outbound-stream.ts'

/** The only way out to the internet: private addresses refused, sizes and times limited, no redirects followed. */
export interface Outbound {
  /**
   * Throws `AppError` 400 `outbound_refused` or 502 `outbound_failed`, 503 when too many requests of its key wait. Sends
   * no cookies and no credentials of its own.
   */
  fetch(url: string, options?: OutboundRequest): Promise<OutboundAnswer>
  /**
   * The same, returning with the response's headers and a body to be read as it arrives, like a language model's tokens.
   * The request keeps its place until the body ends or is closed; streams have places apart from those of `fetch`.
   */
  stream(url: string, options?: StreamRequest): Promise<OutboundStream>
  /** Lets what `fetch` has sent finish, and ends open streams with 503. */
  close(): Promise<void>
}

interface RequestParts {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  body?: string | Buffer
  /** The key of fair sharing: a workspace's or a user's id. Default: the target's host. */
  key?: string | undefined
}

export type StreamRequest = RequestParts & StreamLimits

export interface OutboundRequest extends RequestParts {
  /** From the moment it has a place to the last byte, default 10 s. */
  timeoutMs?: number
  /** Default 5 MiB. */
  maxBytes?: number
}

/** Any status, a redirect too. Names of headers are in lower case. */
export interface OutboundAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

// Loaded with the first request: most processes make none, and it is a large library.
const loadUndici = () => import('undici')

/** The check stands in the connector, on the very address that is connected to, so no resolver can change its mind in between. */
async function openAgent(allow: string[], lookUp: HostLookup): Promise<Agent> {
  const { Agent, buildConnector } = await loadUndici()
  const connect = buildConnector({ timeout: 3000 })
  return new Agent({
    connect(options, callback) {
      const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80)
      const name = options.hostname.replace(/^\[|\]$/g, '')
      const allowed = allow.includes(`${name}:${port}`)
      const refuse = (why: string) => callback(badRequest('outbound_refused', `${name} ${why}`), null)
      if (!allowed && port !== 443 && port !== 80)
        return refuse(`may only be reached on ports 80 and 443, not ${port}.`)
      if (isIP(name)) {
        return !allowed && isPrivateAddress(name) ? refuse('is not a public address.') : connect(options, callback)
      }
      const found = (addresses: string[]) => {
        // A name with one private answer is refused whole: which one would be used is not ours to say.
        if (!allowed && addresses.some(isPrivateAddress)) return refuse('is not a public address.')
        const [hostname = ''] = addresses
        connect({ ...options, hostname, servername: options.servername || name }, callback)
      }
      const look = allowed ? systemAddresses : lookUp
      look(name).then(found, () => refuse('cannot be resolved.'))
    },
  })
}

/** Requests at a time, in all and of one key. Streams may last for minutes, so they have places of their own. */
const places = { limit: 64, limitPerKey: 8 }

/**
 * `allow`: `host:port` pairs of the operator's own that may be reached although they are private. `nameServers`: `address:port`
 * of those that are asked for all other names, default the system's.
 */
export function createOutbound(allow: string[], { nameServers }: { nameServers?: string[] } = {}): Outbound {
  const queue = createFairQueue(places)
  const streams = createFairQueue(places)
  const closing = new AbortController()
  let agent: Promise<Agent> | undefined

  /** Undici's own limits are off: they differ from ours, which every caller of this enforces. */
  async function send(target: URL, { method = 'GET', headers = {}, body }: RequestParts, signal: AbortSignal) {
    const { request } = await loadUndici()
    const dispatcher = await (agent ??= openAgent(allow, createHostLookup(nameServers)))
    const limits = { headersTimeout: 0, bodyTimeout: 0 }
    return request(target, { method, headers, body: body ?? null, dispatcher, signal, ...limits })
  }

  async function readWhole(target: URL, options: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
    const { maxBytes = 5 * 1024 * 1024 } = options
    const response = await send(target, options, signal)
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) {
        response.body.destroy()
        throw new AppError(502, 'outbound_failed', `${target.host} sent more than ${maxBytes} bytes.`)
      }
      chunks.push(chunk)
    }
    return { status: response.statusCode, headers: flatHeaders(response.headers), body: Buffer.concat(chunks) }
  }

  return {
    async fetch(url, options = {}) {
      const target = readTarget(url)
      const { key = target.host, timeoutMs = 10_000 } = options
      const release = await queue.acquire(key, { timeoutMs })
      const signal = AbortSignal.timeout(timeoutMs)
      try {
        // The signal ends neither a look-up nor a connection that is being made, so its end is waited for as well.
        return await Promise.race([readWhole(target, options, signal), aborted(signal)])
      } catch (cause) {
        if (cause instanceof AppError) throw cause
        throw new AppError(502, 'outbound_failed', `${target.host} could not be reached.`, { cause })
      } finally {
        release()
      }
    },
    async stream(url, options = {}) {
      const target = readTarget(url)
      const { key = target.host, firstByteMs = 30_000 } = options
      const signal = AbortSignal.any([closing.signal, ...(options.signal ? [options.signal] : [])])
      const release = await streams.acquire(key, { timeoutMs: firstByteMs, signal })
      return openStream({ ...options, signal, host: target.host, send: (end) => send(target, options, end), release })
    },
    async close() {
      closing.abort(unavailable('The server is shutting down.', 5))
      await (await agent)?.close()
    },
  }
}

/** Throws `outbound_refused` for anything but an http or https address without credentials. */
function readTarget(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : null
  if (!target || !/^https?:$/.test(target.protocol) || target.username || target.password) {
    throw badRequest('outbound_refused', 'Only http and https addresses without credentials can be reached.')
  }
  return target
}
