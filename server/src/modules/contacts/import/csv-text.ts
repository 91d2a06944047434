import type { Readable } from 'node:stream'

/** `utf-8`: lines that are not valid UTF-8 are read as Windows-1252. */
export type CsvEncoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** Detects the encoding by its byte order mark, or else by the zero bytes beside the Latin letters of the header. */
export function detectEncoding([first, second, third, fourth]: Uint8Array): CsvEncoding {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first && second === 0 && third && fourth === 0) return 'utf-16le'
  if (first === 0 && second && third === 0 && fourth) return 'utf-16be'
  return 'utf-8'
}

/** Returns the beginning of a file as text. */
export const decodeHead = (head: Uint8Array, encoding: CsvEncoding): string =>
  withoutMark(encoding === 'utf-8' ? decodeLines(head) : new TextDecoder(encoding).decode(head, { stream: true }))

/** Yields a file as text, with at most `maxLineBytes` of a line in memory: a longer line can be cut within a character. */
export async function* decodeText(
  content: Readable,
  encoding: CsvEncoding,
  maxLineBytes: number,
): AsyncGenerator<string> {
  const chunks = content as AsyncIterable<Buffer>
  if (encoding !== 'utf-8') {
    const decoder = new TextDecoder(encoding)
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
    return
  }
  let rest = Buffer.alloc(0)
  let isFirst = true
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    const end = endOfLines(bytes) || (bytes.length > maxLineBytes ? bytes.length : 0)
    rest = bytes.subarray(end)
    if (end === 0) continue
    const text = decodeLines(bytes.subarray(0, end))
    yield isFirst ? withoutMark(text) : text
    isFirst = false
  }
  const text = decodeLines(rest)
  yield isFirst ? withoutMark(text) : text
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Returns the position after the last line end, or 0. */
const endOfLines = (bytes: Uint8Array) => Math.max(bytes.lastIndexOf(lineFeed), bytes.lastIndexOf(carriageReturn)) + 1

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const windows1252 = new TextDecoder('windows-1252')

/**
 * Decodes each line by itself: a file can be concatenated from several, and the first line that is not UTF-8 can be far down.
 */
function decodeLines(bytes: Uint8Array): string {
  const whole = asUtf8(bytes)
  if (whole !== null) return whole
  let text = ''
  for (let start = 0, at = 0; at < bytes.length; at++) {
    if (bytes[at] !== lineFeed && bytes[at] !== carriageReturn && at < bytes.length - 1) continue
    const line = bytes.subarray(start, at + 1)
    text += asUtf8(line) ?? windows1252.decode(line)
    start = at + 1
  }
  return text
}

function asUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

const withoutMark = (text: string) => (text.startsWith('\ufeff') ? text.slice(1) : text)
