import { isIP } from 'node:net'
import { newBranch } from '../message/identifiers.ts'
import type { Core } from '../core.ts'
import { header, headerValues } from '../message/headers.ts'
import type { Header } from '../message/headers.ts'
import type { ReceivedRequest, ReceivedResponse, SipRequest } from '../message/message.ts'
import { serialise } from '../message/serialise.ts'
import { defaultPort } from '../transport/transport.ts'
import type { Hop, Protocol } from '../transport/transport.ts'
import { parseNameAddr, parseUri, plainHost } from '../message/uri.ts'
import type { SipUri } from '../message/uri.ts'

export const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY'

/** Lower ports belong to other services. */
const lowestPort = 1024

/** The dialog state, RFC 3261 section 12. */
export interface Dialog {
  readonly callId: string
  /** From of our requests, tag included. */
  readonly localAddress: string
  /** To of our requests, tag included. */
  readonly remoteAddress: string
  readonly remoteTag: string
  /** Our own Contact header. */
  readonly contact: string
  localSeq: number
  remoteSeq: number | null
  /** The remote target: where the other side receives requests. */
  remoteTarget: string
  routeSet: string[]
  /** The address of the first message: used for targets that cannot be read or do not name the transport. */
  readonly origin: Hop
}

/** Returns the dialog that a tagged response to our INVITE creates; its Record-Route, reversed, is our route. */
export function dialogOfCaller(invite: SipRequest, response: ReceivedResponse, contact: string, sentTo: Hop): Dialog {
  return {
    callId: response.callId,
    localAddress: header(invite.headers, 'from')!,
    remoteAddress: header(response.headers, 'to')!,
    remoteTag: response.to.params.get('tag') ?? '',
    contact,
    localSeq: response.cseq,
    remoteSeq: null,
    remoteTarget: contactUri(response.headers) ?? invite.uri,
    routeSet: headerValues(response.headers, 'record-route').reverse(),
    origin: sentTo,
  }
}

export function dialogOfCallee(invite: ReceivedRequest, localTag: string, contact: string, source: Hop): Dialog {
  return {
    callId: invite.callId,
    localAddress: `${header(invite.headers, 'to')!};tag=${localTag}`,
    remoteAddress: header(invite.headers, 'from')!,
    remoteTag: invite.from.params.get('tag') ?? '',
    contact,
    localSeq: 0,
    remoteSeq: invite.cseq,
    remoteTarget: contactUri(invite.headers) ?? invite.from.uri,
    routeSet: headerValues(invite.headers, 'record-route'),
    origin: { protocol: source.protocol, host: source.host, port: source.port },
  }
}

/** A target refresh (section 12.2): re-INVITE, UPDATE and their 2xx may change the remote target. */
export function refreshTarget(dialog: Dialog, headers: readonly Header[]): void {
  dialog.remoteTarget = contactUri(headers) ?? dialog.remoteTarget
}

function contactUri(headers: readonly Header[]): string | null {
  const first = headerValues(headers, 'contact')[0]
  const contact = first === undefined ? null : parseNameAddr(first)
  return contact && parseUri(contact.uri)?.host ? contact.uri : null
}

/** Returns the next request in the dialog, with the next CSeq. */
export function dialogRequest(dialog: Dialog, method: string, extra: Header[] = [], body = ''): SipRequest {
  return routed(dialog, method, ++dialog.localSeq, [['contact', dialog.contact], ...extra], body)
}

function routed(dialog: Dialog, method: string, sequence: number, extra: Header[], body: string): SipRequest {
  const { uri, routes } = routing(dialog)
  const headers: Header[] = [
    ...routes.map((route): Header => ['route', route]),
    ['from', dialog.localAddress],
    ['to', dialog.remoteAddress],
    ['call-id', dialog.callId],
    ['cseq', `${sequence} ${method}`],
    ['max-forwards', '70'],
    ...extra,
  ]
  return { method, uri, headers, body }
}

/** Section 12.2.1.1: a strict router, without `lr`, takes the Request-URI and the target goes to the end of the route. */
function routing(dialog: Dialog): { uri: string; routes: string[] } {
  const first = dialog.routeSet[0] === undefined ? null : parseNameAddr(dialog.routeSet[0])
  const hop = first && parseUri(first.uri)
  if (!first || !hop || hop.params.has('lr')) return { uri: dialog.remoteTarget, routes: dialog.routeSet }
  return { uri: first.uri, routes: [...dialog.routeSet.slice(1), `<${dialog.remoteTarget}>`] }
}

/**
 * Returns the destination of a request in the dialog: the first route, else the target. Behind NAT neither may be
 * reachable: then the address where the call began.
 */
export function dialogDestination({ mayReach }: Core, { routeSet, remoteTarget, origin }: Dialog): Hop {
  const next = routeSet[0] === undefined ? remoteTarget : (parseNameAddr(routeSet[0])?.uri ?? '')
  const uri = parseUri(next)
  if (!uri?.host) return origin
  const literal = plainHost(uri.host)
  if (isIP(literal) !== 0 && !mayReach(literal)) return origin
  const protocol = protocolOf(uri) ?? origin.protocol
  const hop: Hop = { protocol, host: uri.host, port: uri.port ?? defaultPort(protocol) }
  // A mail server would read the message as its own protocol. A carrier on such a port is configured with it.
  if (hop.port < lowestPort && hop.port !== origin.port) return origin
  // An address in a route belongs to an open connection, whose certificate was checked for a name.
  return protocol === 'tls' && !isIP(literal) ? { ...hop, names: [uri.host] } : hop
}

/** Returns the transport of a URI. Default: the transport of the call's first message, since many peers leave it out. */
function protocolOf({ scheme, params }: SipUri): Protocol | null {
  if (scheme === 'sips') return 'tls'
  const transport = params.get('transport')?.toLowerCase()
  return transport === 'udp' || transport === 'tcp' || transport === 'tls' ? transport : null
}

/**
 * Sends the ACK for a 2xx and returns a function that sends the same ACK again, when the 2xx is repeated. It
 * carries the INVITE's credentials (section 13.2.2.4).
 */
export function sendAck(core: Core, dialog: Dialog, invite: SipRequest): () => void {
  const sequence = Number.parseInt(header(invite.headers, 'cseq')!, 10)
  const credentials = invite.headers.filter(([name]) => name === 'authorization' || name === 'proxy-authorization')
  const ack = routed(dialog, 'ACK', sequence, credentials, '')
  const destination = dialogDestination(core, dialog)
  ack.headers.unshift(core.local.via(destination.protocol, newBranch()))
  const wire = serialise(ack)
  const send = (): void =>
    core.resolve(destination.host, (host) => {
      if (host !== null) core.send(wire, { ...destination, host })
    })
  send()
  return send
}
