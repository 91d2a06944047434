import { open } from 'node:fs/promises'

/** One call as SIPp, an independent program, recorded it. Times are Unix ms. */
export interface ObservedCall {
  callId: string
  /** The user part of the Request-URI. */
  number: string
  invitedAt: number
  /** The final status that SIPp gave the INVITE: 200, 486, 487 after a CANCEL, … */
  status?: number
  answeredAt?: number
  endedAt?: number
  endedBy?: 'caller' | 'callee'
}

interface LoggedMessage {
  at: number
  isReceived: boolean
  callId: string
  method: string
  startLine: string
}

/**
 * Follows SIPp's -trace_shortmsg file: each call reads the lines written since the last one, and returns all calls so far. A
 * retransmitted or repeated INVITE of the same Call-ID is the same call, but after a BYE it is another one.
 */
export function followShortMessages(path: string): () => Promise<ObservedCall[]> {
  const calls: ObservedCall[] = []
  const latest = new Map<string, ObservedCall>()
  let offset = 0
  return async () => {
    const text = await readFrom(path, offset)
    const complete = text.subarray(0, text.lastIndexOf('\n') + 1)
    offset += complete.length
    for (const message of complete.toString('latin1').split('\n').flatMap(parseLine)) {
      const { callId, at, startLine } = message
      const known = latest.get(callId)
      const isInvite = message.isReceived && startLine.startsWith('INVITE ')
      if (isInvite && (!known || known.endedBy)) {
        const call = { callId, number: userOf(startLine), invitedAt: at }
        calls.push(call)
        latest.set(callId, call)
      } else if (known) observe(known, message)
    }
    return [...calls]
  }
}

async function readFrom(path: string, offset: number): Promise<Buffer> {
  await using file = await open(path)
  const { size } = await file.stat()
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - offset), 0, size - offset, offset)
  return buffer.subarray(0, bytesRead)
}

function parseLine(line: string): LoggedMessage[] {
  const [, , seconds, direction, callId, cseq, startLine] = line.split('\t')
  if (!seconds || !callId || !cseq || !startLine) return []
  return [
    {
      at: Math.round(Number(seconds) * 1000),
      isReceived: direction === 'R',
      callId,
      method: cseq.replace(/^CSeq: ?\d+ /, ''),
      startLine,
    },
  ]
}

function observe(call: ObservedCall, { at, isReceived, method, startLine }: LoggedMessage): void {
  const status = Number(/^SIP\/2\.0 (\d{3})/.exec(startLine)?.[1])
  if (method === 'INVITE' && !isReceived && status >= 200) {
    call.status ??= status
    if (status < 300) call.answeredAt ??= at
    else call.endedAt ??= at
  }
  if (startLine.startsWith('BYE ')) {
    call.endedAt ??= at
    call.endedBy ??= isReceived ? 'caller' : 'callee'
  }
}

function userOf(startLine: string): string {
  return /^INVITE sips?:([^@;]*)/.exec(startLine)?.[1] ?? ''
}
