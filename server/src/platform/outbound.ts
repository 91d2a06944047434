import { type LookupAddress, lookup } from 'node:dns'
import { isIP } from 'node:net'
import { isPrivateAddress } from '@switchboard/voice/addresses'
import type { Agent } from 'undici'
import { AppError, badRequest } from './errors.ts'

/** The only way out to the internet: private addresses refused, sizes and times limited, no redirects followed. */
export interface Outbound {
  /** Throws `AppError` 400 `outbound_refused` or 502 `outbound_failed`. Sends no cookies and no credentials of its own. */
  fetch(url: string, options?: OutboundRequest): Promise<OutboundAnswer>
  close(): Promise<void>
}

export interface OutboundRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  body?: string | Buffer
  /** Default 10 s. */
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

// With the first request: most processes make none, and it is a large program to load.
const loadUndici = () => import('undici')

/** The check stands in the connector, on the very address that is connected to, so no resolver can change its mind in between. */
async function openAgent(allow: string[]): Promise<Agent> {
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
      lookup(name, { all: true }, (error, addresses) => {
        if (error || addresses.length === 0) return refuse('cannot be resolved.')
        // A name with one private answer is refused whole: which one would be used is not ours to say.
        if (!allowed && addresses.some(({ address }) => isPrivateAddress(address)))
          return refuse('is not a public address.')
        connect(
          { ...options, hostname: (addresses[0] as LookupAddress).address, servername: options.servername || name },
          callback,
        )
      })
    },
  })
}

/** `allow`: `host:port` pairs of the operator's own that may be reached although they are private. */
export function createOutbound(allow: string[]): Outbound {
  let agent: Promise<Agent> | undefined
  return {
    async fetch(url, { method = 'GET', headers = {}, body, timeoutMs = 10_000, maxBytes = 5 * 1024 * 1024 } = {}) {
      const target = URL.canParse(url) ? new URL(url) : null
      if (!target || !/^https?:$/.test(target.protocol) || target.username || target.password) {
        throw badRequest('outbound_refused', 'Only http and https addresses without credentials can be reached.')
      }
      const { request } = await loadUndici()
      const dispatcher = await (agent ??= openAgent(allow))
      try {
        const answer = await request(target, {
          method,
          headers,
          body: body ?? null,
          dispatcher,
          signal: AbortSignal.timeout(timeoutMs),
        })
        const chunks: Buffer[] = []
        let size = 0
        for await (const chunk of answer.body as AsyncIterable<Buffer>) {
          size += chunk.length
          if (size > maxBytes) {
            answer.body.destroy()
            throw new AppError(502, 'outbound_failed', `${target.host} sent more than ${maxBytes} bytes.`)
          }
          chunks.push(chunk)
        }
        const flat = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]))
        return { status: answer.statusCode, headers: flat, body: Buffer.concat(chunks) }
      } catch (cause) {
        if (cause instanceof AppError) throw cause
        throw new AppError(502, 'outbound_failed', `${target.host} could not be reached.`, { cause })
      }
    },
    close: async () => (await agent)?.close(),
  }
}
