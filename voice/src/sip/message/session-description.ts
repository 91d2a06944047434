import { header, parseParams, splitParams } from './headers.ts'
import type { SipRequest, SipResponse } from './message.ts'

const sdp = 'application/sdp'
/** RFC 2046 section 5.1.1. */
const longestBoundary = 70

/**
 * Returns the session description of a message: its body, or a part of it when a carrier adds signalling of its own
 * (RFC 5621). Returns null without a description. A body without a type counts as one.
 */
export function sessionDescription({
  headers,
  body,
}: Pick<SipRequest | SipResponse, 'headers' | 'body'>): string | null {
  if (body === '') return null
  const [type, parameters] = splitParams(header(headers, 'content-type') ?? sdp)
  if (type.toLowerCase() === sdp) return body
  if (!type.toLowerCase().startsWith('multipart/')) return null
  const boundary = parseParams(parameters).get('boundary') ?? ''
  if (boundary === '' || boundary.length > longestBoundary) return null
  return partsOf(body, boundary).find(isDescription)?.content ?? null
}

interface Part {
  head: string
  content: string
}

/** RFC 2046 section 5.1.1: the text between two boundaries, its head separate from its content. */
function partsOf(body: string, boundary: string): Part[] {
  const pieces = `\r\n${body}`.split(`\r\n--${boundary}`).slice(1)
  return pieces.flatMap((piece) => {
    const end = piece.indexOf('\r\n\r\n')
    return end < 0 ? [] : [{ head: piece.slice(0, end), content: `${piece.slice(end + 4)}\r\n` }]
  })
}

function isDescription({ head }: Part): boolean {
  return head.split('\r\n').some((line) => {
    const colon = line.indexOf(':')
    if (line.slice(0, colon).trim().toLowerCase() !== 'content-type') return false
    return splitParams(line.slice(colon + 1))[0].toLowerCase() === sdp
  })
}
