/** A frame of a stream: a message, or line ends between messages, which are keep-alives (RFC 5626 section 4.4.1). */
type Frame = { type: 'message'; data: Buffer } | { type: 'line-end' }

export interface Framer {
  /** Takes a chunk and returns the frames that it completes. Throws `MalformedStream` when the stream is broken. */
  push(chunk: Buffer): Frame[]
  /** True while a message is incomplete. */
  readonly partial: boolean
}

export class MalformedStream extends Error {
  override readonly name = 'MalformedStream'
}

const maxHeaderBytes = 16_384
const maxBodyBytes = 65_536
const endOfHeaders = Buffer.from('\r\n\r\n')

/** Cuts a byte stream into SIP messages by Content-Length, which streams must carry (RFC 3261 section 18.3). */
export function createFramer(): Framer {
  let buffer = Buffer.alloc(2048)
  /** The bounds of the pending bytes. */
  let start = 0
  let end = 0
  /** The end of the headers is not before this. */
  let searched = 0
  /** The length of the message at `start`, once its headers are complete. */
  let messageBytes: number | null = null

  function append(chunk: Buffer): void {
    if (end + chunk.length > buffer.length) {
      const pending = end - start
      const needed = pending + chunk.length
      const target = needed > buffer.length / 2 ? Buffer.alloc(needed * 2) : buffer
      buffer.copy(target, 0, start, end)
      buffer = target
      searched -= start
      start = 0
      end = pending
    }
    end += chunk.copy(buffer, end)
  }

  function moveTo(position: number): void {
    start = position
    searched = position
    messageBytes = null
    if (start === end) start = end = searched = 0
  }

  function nextFrame(): Frame | null {
    if (start === end) return null
    if (messageBytes === null && buffer[start] === 13) {
      if (end - start < 2) return null
      if (buffer[start + 1] !== 10) throw new MalformedStream('A carriage return without a line feed')
      moveTo(start + 2)
      return { type: 'line-end' }
    }
    messageBytes ??= measure()
    if (messageBytes === null || end - start < messageBytes) return null
    const data = Buffer.from(buffer.subarray(start, start + messageBytes))
    moveTo(start + messageBytes)
    return { type: 'message', data }
  }

  function measure(): number | null {
    const headersEnd = buffer.subarray(0, end).indexOf(endOfHeaders, searched)
    if ((headersEnd < 0 ? end : headersEnd) - start > maxHeaderBytes)
      throw new MalformedStream(`Headers larger than ${maxHeaderBytes} bytes`)
    searched = Math.max(start, end - 3)
    if (headersEnd < 0) return null
    return headersEnd - start + 4 + contentLength(buffer.toString('latin1', start, headersEnd))
  }

  return {
    push(chunk) {
      append(chunk)
      const frames: Frame[] = []
      for (let frame = nextFrame(); frame; frame = nextFrame()) frames.push(frame)
      return frames
    },
    get partial() {
      return start < end
    },
  }
}

const lengthHeader = /^(?:content-length|l)[ \t]*:[ \t]*(?:\r\n[ \t]+)?(\d{1,9})[ \t]*(?:\r\n|$)/i

function contentLength(head: string): number {
  const lines = head.split(/\r\n(?![ \t])/)
  const found = lines.filter((line) => /^(?:content-length|l)[ \t]*:/i.test(line))
  const bytes = found.length === 1 ? Number(lengthHeader.exec(found[0]!)?.[1] ?? NaN) : NaN
  if (Number.isNaN(bytes)) throw new MalformedStream('Content-Length is missing, malformed or given twice')
  if (bytes > maxBodyBytes) throw new MalformedStream(`A body larger than ${maxBodyBytes} bytes`)
  return bytes
}
