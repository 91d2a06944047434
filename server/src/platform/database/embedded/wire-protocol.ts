/** The parts of PostgreSQL's frontend/backend protocol 3 that the socket has to know. https://www.postgresql.org/docs/current/protocol-message-formats.html */

const SSL_REQUEST = 80877103
const GSS_ENCRYPTION_REQUEST = 80877104
const CANCEL_REQUEST = 80877102

export type Inbound =
  | { kind: 'encryption-request' } // to be answered with the byte N
  | { kind: 'cancel-request' }
  | { kind: 'startup'; bytes: Buffer }
  | { kind: 'messages'; bytes: Buffer; isPipelineOpen: boolean } // whole messages; open until a Sync
  | { kind: 'terminate' }

/** Splits what a client sends into whole messages; a partial one waits for its rest. */
export class InboundBuffer {
  #chunks: Buffer[] = []
  #isStarted = false

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  take(): Inbound | undefined {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    const bytes = this.#chunks[0]
    if (!bytes) return undefined
    return this.#isStarted ? this.#takeMessages(bytes) : this.#takeStartup(bytes)
  }

  #consume(bytes: Buffer, sizeBytes: number): Buffer {
    this.#chunks = sizeBytes < bytes.length ? [bytes.subarray(sizeBytes)] : []
    return bytes.subarray(0, sizeBytes)
  }

  #takeStartup(bytes: Buffer): Inbound | undefined {
    if (bytes.length < 8) return undefined
    const size = bytes.readInt32BE(0)
    if (bytes.length < size) return undefined
    const startup = this.#consume(bytes, Math.max(size, 8))
    switch (startup.readInt32BE(4)) {
      case SSL_REQUEST:
      case GSS_ENCRYPTION_REQUEST:
        return { kind: 'encryption-request' }
      case CANCEL_REQUEST:
        return { kind: 'cancel-request' }
      default:
        this.#isStarted = true
        return { kind: 'startup', bytes: startup }
    }
  }

  #takeMessages(bytes: Buffer): Inbound | undefined {
    let end = 0
    let isPipelineOpen = false
    while (bytes.length >= end + 5) {
      const type = String.fromCharCode(bytes[end]!)
      if (type === 'X') break
      const next = end + 1 + bytes.readInt32BE(end + 1)
      if (next > bytes.length) break
      isPipelineOpen = type !== 'S' && type !== 'Q'
      end = next
    }
    if (end > 0) return { kind: 'messages', bytes: this.#consume(bytes, end), isPipelineOpen }
    return bytes[0] === 'X'.charCodeAt(0) ? { kind: 'terminate' } : undefined
  }
}

/** The settings that a StartupMessage asks for in `options`: `-c name=value`, several of them apart by spaces. */
export function startupOptions(message: Buffer): { name: string; value: string }[] {
  const words = message.toString('utf8', 8).split('\0')
  const at = words.findIndex((word, i) => i % 2 === 0 && word === 'options')
  if (at < 0) return []
  return [...(words[at + 1] ?? '').matchAll(/-c\s*([\w.]+)=(\S*)/g)].map(([, name = '', value = '']) => ({
    name,
    value,
  }))
}

export const encryptionRefused = Buffer.from('N')
export const syncMessage = Buffer.from([0x53, 0, 0, 0, 4])

/** An ErrorResponse of severity FATAL, after which the server closes the connection. */
export function fatalError(sqlState: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${message}\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(4 + fields.length, 1)
  return Buffer.concat([head, fields])
}

const panicSeverity = Buffer.from('VPANIC\0')

/**
 * The message of an ErrorResponse of severity PANIC among what the engine answers, as when its log cannot be written: a
 * PostgreSQL server ends all its processes then, and PGlite answers nothing more. No text of a row holds a zero byte.
 */
export function panicIn(answer: Buffer): string | undefined {
  const at = answer.indexOf(panicSeverity)
  if (at < 0) return undefined
  const fields = answer.toString('utf8', at).split('\0')
  return fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'PANIC'
}
