import { header } from './headers.ts'
import type { SipRequest, SipResponse } from './message.ts'

const sdpType = /^\s*application\/sdp\s*(;|$)/i
const multipartBoundary = /^\s*multipart\/[\w-]+\s*;(?:.*;)?\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/is

/**
 * The session description that a message carries: its body, or the part of it that is one when a carrier sends signalling
 * of its own along (RFC 5621). Null when there is none. A body without a type is taken for one.
 */
export function sessionDescription({
  headers,
  body,
}: Pick<SipRequest | SipResponse, 'headers' | 'body'>): string | null {
  if (body === '') return null
  const type = header(headers, 'content-type')
  if (type === undefined || sdpType.test(type)) return body
  const [, quoted, bare] = multipartBoundary.exec(type) ?? []
  const boundary = quoted ?? bare
  return boundary === undefined ? null : (partsOf(body, boundary).find(isDescription)?.content ?? null)
}

interface Part {
  head: string
  content: string
}

/** RFC 2046 section 5.1.1: what stands between two boundaries, its head apart from its content. */
function partsOf(body: string, boundary: string): Part[] {
  const pieces = `\r\n${body}`.split(`\r\n--${boundary}`).slice(1)
  return pieces.flatMap((piece) => {
    const end = piece.indexOf('\r\n\r\n')
    return end < 0 ? [] : [{ head: piece.slice(0, end), content: `${piece.slice(end + 4)}\r\n` }]
  })
}

const isDescription = ({ head }: Part) => /^content-type\s*:\s*application\/sdp\s*(;|$)/im.test(head)
