import type { Dispatcher } from 'undici'
import { AppError } from './errors.ts'

/** A response while it arrives. Any status, a redirect too. Names of headers are in lower case. */
export interface OutboundStream {
  status: number
  headers: Record<string, string>
  /**
   * The bytes as they arrive, to be read once. Nothing is read ahead of the reader except a small buffer. Leaving the loop
   * closes the connection. Throws `AppError` 502 `outbound_failed` for a limit or a broken connection, and the reason of
   * the caller's signal when it aborts.
   */
  body: AsyncIterable<Buffer>
  /** Closes the connection; for a body that is not read. Calling it twice is harmless. */
  close(): void
}

export interface StreamLimits {
  /** Until the first byte of the body, default 30 s. */
  firstByteMs?: number
  /** Between two chunks while the reader waits for one, default 30 s. A slow reader does not count. */
  idleMs?: number
  /** From the moment the request has a place to the last byte, default 10 minutes. */
  totalMs?: number
  /** Default 64 MiB. */
  maxBytes?: number
  /** Ends the request at any time. */
  signal?: AbortSignal | undefined
}

interface StreamSetup extends StreamLimits {
  /** Names the other side in errors. */
  host: string
  send: (signal: AbortSignal) => Promise<Dispatcher.ResponseData>
  /** Called once, when the connection is no longer used. */
  release: () => void
}

/** Sends the request and returns with the response's headers. `release` is called in every case, also when this throws. */
export async function openStream(setup: StreamSetup): Promise<OutboundStream> {
  const { host, send, release, signal } = setup
  const { firstByteMs = 30_000, idleMs = 30_000, totalMs = 600_000, maxBytes = 64 * 1024 * 1024 } = setup
  const ending = new AbortController()
  const failure = (what: string, cause?: unknown) => new AppError(502, 'outbound_failed', `${host} ${what}`, { cause })
  const failAfter = (ms: number, what: string) => setTimeout(() => ending.abort(failure(what)), Math.max(0, ms))
  const abort = () => ending.abort(signal?.reason)
  const total = failAfter(totalMs, `did not finish within ${totalMs} ms.`)
  signal?.addEventListener('abort', abort, { once: true })
  ending.signal.addEventListener('abort', () => {
    clearTimeout(total)
    signal?.removeEventListener('abort', abort)
    release()
  })
  if (signal?.aborted) abort()
  const close = () => ending.abort(failure('was closed by the reader.'))
  const reasonOf = (cause: unknown) => {
    if (ending.signal.aborted) return ending.signal.reason
    return cause instanceof AppError ? cause : failure('could not be reached.', cause)
  }

  const startedAt = performance.now()
  const tooSlow = `sent nothing within ${firstByteMs} ms.`
  const headTimer = failAfter(firstByteMs, tooSlow)
  let response: Dispatcher.ResponseData
  try {
    // The signal ends neither a look-up nor a connection that is being made, so its end is waited for as well.
    response = await Promise.race([send(ending.signal), aborted(ending.signal)])
  } catch (cause) {
    const reason = reasonOf(cause)
    ending.abort(reason)
    throw reason
  } finally {
    clearTimeout(headTimer)
  }
  // A connection that breaks while the body is not being read is reported by the next read.
  response.body.on('error', () => {})
  const firstChunkMs = firstByteMs - (performance.now() - startedAt)

  async function* read(): AsyncGenerator<Buffer> {
    let size = 0
    let timer = failAfter(firstChunkMs, tooSlow)
    try {
      for await (const chunk of response.body as AsyncIterable<Buffer>) {
        clearTimeout(timer)
        size += chunk.length
        if (size > maxBytes) throw failure(`sent more than ${maxBytes} bytes.`)
        yield chunk
        timer = failAfter(idleMs, `stopped sending for ${idleMs} ms.`)
      }
    } catch (cause) {
      throw reasonOf(cause)
    } finally {
      clearTimeout(timer)
      close()
    }
  }
  return { status: response.statusCode, headers: flatHeaders(response.headers), body: read(), close }
}

export const flatHeaders = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** Rejects with the signal's reason when it aborts. */
export function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  if (signal.aborted) reject(signal.reason)
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  return promise
}
