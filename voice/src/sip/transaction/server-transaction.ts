import type { Timer } from '../../clock.ts'
import { inviteServer, nonInviteServer, type ServerInput, type ServerState } from './server-machines.ts'
import { T1, T2 } from './timing.ts'
import type { Core } from '../core.ts'
import { splitOutside } from '../message/headers.ts'
import type { Header } from '../message/headers.ts'
import type { ReceivedRequest, SipRequest, SipResponse } from '../message/message.ts'
import { reasonPhrase, serialise } from '../message/serialise.ts'
import { idleTimer } from './timer-wheel.ts'
import { defaultPort, isReliable } from '../transport/transport.ts'
import type { Hop } from '../transport/transport.ts'

export interface Reply {
  reason?: string
  /** Our tag, added to To when the request has none there. */
  toTag?: string
  headers?: Header[]
  body?: string
}

/** RFC 3261 section 17.2 with RFC 6026: repeats responses to retransmitted requests, and non-2xx responses to INVITE until ACKed. */
export interface ServerTransaction {
  readonly request: ReceivedRequest
  readonly source: Hop
  /** True until the final response. */
  readonly open: boolean
  /** Called when the other side cancels before the final response. */
  onCancel: (() => void) | null
  /** Sends a response. Does nothing after the final response. */
  respond(status: number, reply?: Reply): void
  /** Sends the last response again (2xx to INVITE, which the dialog repeats). */
  repeat(): void
  /** Takes a retransmission of the request, or its ACK. */
  receive(request: ReceivedRequest): void
}

/** Section 17.2.3; peers of RFC 2543, without the magic cookie, are told apart by the request itself. */
export function serverKey(request: ReceivedRequest, method = request.method): string {
  const { via } = request
  const kind = method === 'ACK' ? 'INVITE' : method
  const sentBy = `${via.host}:${via.port ?? ''}`
  if (via.branch.startsWith('z9hG4bK')) return `${via.branch} ${sentBy} ${kind}`
  return `${request.callId} ${request.from.params.get('tag') ?? ''} ${request.cseq} ${sentBy} ${kind}`
}

export function startServerTransaction(core: Core, request: ReceivedRequest, source: Hop): ServerTransaction {
  const key = serverKey(request)
  const machine = request.method === 'INVITE' ? inviteServer : nonInviteServer
  const reliable = isReliable(source.protocol)
  let state: ServerState = 'proceeding'
  let wire: string | null = null
  let retransmission: Timer = idleTimer
  let end: Timer = idleTimer

  function step(input: ServerInput): void {
    const [next, action] = machine.states[state](input)
    if (action === 'send') repeat()
    if (next !== state) move(next)
  }

  function move(next: ServerState): void {
    if (state === 'proceeding') core.openTransactions--
    retransmission.cancel()
    end.cancel()
    const lingerMs = machine.lingerMs(next, reliable)
    state = lingerMs === 0 ? 'terminated' : next
    if (state === 'terminated') core.servers.delete(key)
    else if (lingerMs !== undefined) end = core.wheel.after(lingerMs, () => step('lingered'))
    if (state === machine.repeatsIn && !reliable) retransmitAfter(T1)
  }

  function repeat(): void {
    if (wire !== null) sendResponse(core, wire, request, source)
  }

  /** Timer G. */
  function retransmitAfter(ms: number): void {
    retransmission = core.wheel.after(ms, () => {
      step('retransmit')
      retransmitAfter(Math.min(ms * 2, T2))
    })
  }

  const transaction: ServerTransaction = {
    request,
    source,
    get open() {
      return state === 'proceeding'
    },
    onCancel: null,
    respond(status, reply = {}) {
      if (state !== 'proceeding') return
      wire = serialise(responseTo(request, source, status, reply))
      step(status < 200 ? 'provisional' : status < 300 ? 'success' : 'failure')
    },
    repeat,
    receive: (again) => step(again.method === 'ACK' ? 'ack' : 'request'),
  }
  core.servers.set(key, transaction)
  core.openTransactions++
  return transaction
}

/** Section 18.2.2 and RFC 3581: sends to the source of the request, or, after its connection has ended, to the sender's listener. */
function sendResponse(core: Core, wire: string, { via }: Pick<ReceivedRequest, 'via'>, source: Hop): void {
  const { protocol, host } = source
  const listener: Hop = { protocol, host, port: via.port ?? defaultPort(protocol) }
  if (!isReliable(protocol)) core.send(wire, via.rport ? source : listener)
  else core.send(wire, source, () => core.send(wire, listener))
}

/** Builds a response with the headers copied from the request; To gets our tag. */
function responseTo(
  request: SipRequest & Partial<ReceivedRequest>,
  source: Hop,
  status: number,
  reply: Reply,
): SipResponse {
  const headers: Header[] = []
  let topVia = true
  for (const [name, value] of request.headers) {
    if (name === 'via') {
      headers.push(['via', topVia ? markReceived(value, source) : value])
      topVia = false
    } else if (name === 'to') {
      const tagged = reply.toTag === undefined || status === 100 || request.to?.params.has('tag')
      headers.push(['to', tagged ? value : `${value};tag=${reply.toTag}`])
    } else if (name === 'from' || name === 'call-id' || name === 'cseq' || (name === 'record-route' && status < 300)) {
      headers.push([name, value])
    }
  }
  if (reply.headers) headers.push(...reply.headers)
  return { status, reason: reply.reason ?? reasonPhrase(status), headers, body: reply.body ?? '' }
}

function markReceived(value: string, source: Hop): string {
  const [top = '', ...rest] = value.includes(',') ? splitOutside(value, ',') : [value]
  const parts = splitOutside(top, ';').flatMap((part) => {
    const name = part.split('=', 1)[0]!.trim().toLowerCase()
    return name === 'received' ? [] : [name === 'rport' ? `rport=${source.port}` : part]
  })
  return [[...parts, `received=${source.host}`].join(';'), ...rest].join(', ')
}

/** Sends a response without a transaction, to malformed requests and requests of unknown dialogs. */
export function respondStateless(core: Core, request: SipRequest, source: Hop, status: number, reply: Reply): void {
  core.send(serialise(responseTo(request, source, status, reply)), source)
}
