import { AppError } from './errors.ts'

export interface ServerSentEvent {
  /** `message` unless the event names another type. */
  event: string
  /** Lines of `data` joined by line feeds. */
  data: string
  /** The last id seen so far in the stream; empty before the first one. */
  id: string
  /** The last reconnection time that was sent, in milliseconds; null before the first one. */
  retryMs: number | null
}

export interface EventStreamLimits {
  /** Characters of one line, default 1 Mi. */
  maxLineLength?: number
  /** Characters of one event's data, default 4 Mi. */
  maxDataLength?: number
}

/**
 * Reads `text/event-stream` (WHATWG HTML, "Interpreting an event stream"): events as they are complete, wherever the bytes
 * were split. An event that the stream's end cuts off is dropped. Throws `AppError` 502 `outbound_failed` past a limit.
 */
export async function* readEventStream(
  chunks: AsyncIterable<Uint8Array>,
  { maxLineLength = 1024 * 1024, maxDataLength = 4 * 1024 * 1024 }: EventStreamLimits = {},
): AsyncGenerator<ServerSentEvent> {
  let id = ''
  let retryMs: number | null = null
  let event = ''
  let data: string[] = []
  let dataLength = 0

  const takeField = (name: string, value: string) => {
    if (name === 'event') event = value
    if (name === 'id' && !value.includes('\0')) id = value
    if (name === 'retry' && /^[0-9]+$/.test(value)) retryMs = Number(value)
    if (name !== 'data') return
    dataLength += value.length + 1
    if (dataLength > maxDataLength + 1) throw tooLong('An event', maxDataLength)
    data.push(value)
  }

  for await (const line of readLines(chunks, maxLineLength)) {
    if (line !== '') {
      const colon = line.indexOf(':')
      if (colon === -1) takeField(line, '')
      // A line that begins with a colon is a comment.
      else if (colon > 0) takeField(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''))
      continue
    }
    const text = data.join('\n')
    const type = event || 'message'
    event = ''
    data = []
    dataLength = 0
    if (text !== '') yield { event: type, data: text, id, retryMs }
  }
}

/** Lines ended by CR, LF or CRLF; the rest after the last end is dropped. A byte order mark at the start is skipped. */
async function* readLines(chunks: AsyncIterable<Uint8Array>, maxLength: number): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  let endedWithCr = false
  for await (const chunk of chunks) {
    const decoded = decoder.decode(chunk, { stream: true })
    if (decoded === '') continue
    const text = endedWithCr && decoded.startsWith('\n') ? decoded.slice(1) : decoded
    endedWithCr = decoded.endsWith('\r')
    let start = 0
    for (const { 0: end, index } of text.matchAll(/\r\n|[\r\n]/g)) {
      const line = rest + text.slice(start, index)
      if (line.length > maxLength) throw tooLong('A line', maxLength)
      rest = ''
      start = index + end.length
      yield line
    }
    rest += text.slice(start)
    if (rest.length > maxLength) throw tooLong('A line', maxLength)
  }
}

const tooLong = (what: string, limit: number) =>
  new AppError(502, 'outbound_failed', `${what} of the event stream is longer than ${limit} characters.`)
