import { anyHost } from '../addresses.ts'
import { systemClock } from '../clock.ts'
import { clientKey } from './transaction/client-transaction.ts'
import { createCalls } from './core.ts'
import { newTag } from './message/identifiers.ts'
import type { Core } from './core.ts'
import { allowedMethods } from './dialog/dialog.ts'
import { headerName } from './message/headers.ts'
import type { Header } from './message/headers.ts'
import { createIncomingCall, headerLookup, refuseInvite } from './dialog/incoming.ts'
import { startInvite } from './dialog/invite.ts'
import { createLocalAddress } from './transport/local-address.ts'
import { parseMessage } from './message/message.ts'
import type { Malformed, ReceivedRequest, ReceivedResponse } from './message/message.ts'
import { sendOptions } from './options-request.ts'
import { refuseWithoutDialog, unacceptable } from './dialog/refusals.ts'
import { tryRegistration } from './registration/registrar.ts'
import { startRegistration } from './registration/registration.ts'
import { redact } from './message/serialise.ts'
import { respondStateless, serverKey, startServerTransaction } from './transaction/server-transaction.ts'
import type { ServerTransaction } from './transaction/server-transaction.ts'
import { AddressRefused } from './transport/address-refused.ts'
import { createCorrespondents } from './transport/correspondents.ts'
import { openSockets } from './transport/sockets.ts'
import { createSourceBudget } from './transport/source-budget.ts'
import { createTimerWheel } from './transaction/timer-wheel.ts'
import { createResolver, type LookUp } from './transport/resolver.ts'
import { systemLookup } from './transport/system-lookup.ts'
import { isReliable } from './transport/transport.ts'
import type { Endpoint, Hop, OpenTransport, Transport } from './transport/transport.ts'
import type { IncomingCall, SipReply, SipRequestView, UserAgent, UserAgentOptions } from './types.ts'

export interface SipUserAgent extends UserAgent {
  /** The sizes of all stored state, for metrics and leak tests; all 0 about 64 s after the last call. */
  held(): { transactions: number; calls: number; timers: number }
}

/** The unit of a budget: the bytes of one datagram without fragmentation. */
const unitBytes = 1500
const defaultSourceLimits = { messagesPerSecond: 5000, newRequestsPerSecond: 500 }

/** Opens the sockets and listens. Rejects when a port is taken. Tests bring their own transport and names. */
export async function createUserAgent(
  options: UserAgentOptions,
  openTransport: OpenTransport = openSockets(options.tls ? { tls: options.tls } : {}),
  lookUp: LookUp = systemLookup(options.host),
): Promise<SipUserAgent> {
  const clock = options.clock ?? systemClock
  const wheel = createTimerWheel(clock)
  const { trace, sourceLimits = defaultSourceLimits, mayReach = anyHost } = options
  const messages = createSourceBudget(sourceLimits.messagesPerSecond, () => clock.monotonic())
  const newRequests = createSourceBudget(sourceLimits.newRequestsPerSecond, () => clock.monotonic())
  const correspondents = createCorrespondents()
  let allow: (source: Endpoint) => boolean = () => true
  let onCall: ((call: IncomingCall) => void) | null = null
  const onOther = new Map<string, (request: SipRequestView) => SipReply>()
  let transport: Transport | null = null

  const opened = await openTransport({ host: options.host, port: options.port }, onData, {
    lost: onLost,
    accepts: (source) => allow(source),
  })
  transport = opened
  const core: Core = {
    clock,
    wheel,
    ...createResolver(() => clock.now(), lookUp),
    local: createLocalAddress(opened, options.advertisedHost),
    userAgent: options.userAgent ?? 'Switchboard',
    mayReach,
    send(data, to, onError) {
      // The resolved address is checked just before sending, because Contact, Route, Via and the DNS may name any.
      if (!mayReach(to.host)) {
        process.nextTick(() => onError?.(new AddressRefused()))
        return
      }
      trace?.('out', redact(data), `${to.host}:${to.port}`)
      correspondents.add(to.host)
      opened.send(data, to, onError)
    },
    drop: (peer, why) => opened.drop(peer, why),
    keepAlives: new Set(),
    awaited: new Map(),
    clients: new Map(),
    servers: new Map(),
    openTransactions: 0,
    calls: createCalls(),
  }

  function onLost(peer: Hop, why: Error): void {
    core.local.forget(peer)
    // Transactions started by these callbacks use a new connection: only the present ones have lost theirs.
    const affected = [...core.clients.values()]
    for (const transaction of affected) transaction.connectionLost(peer, why)
    for (const keepAlive of core.keepAlives) keepAlive.onLost(peer, why)
  }

  function onData(data: Buffer, source: Hop): void {
    if (!transport || !isWelcome(data.length, source)) return
    const message = parseMessage(data)
    if (message === null) {
      // Each line-end searches all keep-alives.
      if (!newRequests.take(source.host, 1)) return
      for (const keepAlive of core.keepAlives) keepAlive.onLineEnd(source)
      return
    }
    trace?.('in', redact(data.toString('utf8')), `${source.host}:${source.port}`)
    try {
      if (message.type === 'request') {
        for (const wake of core.awaited.get(source.host) ?? []) wake()
        onRequest(message, source)
      } else if (message.type === 'response') onResponse(message)
      else onMalformed(message, source)
    } catch (error) {
      // A fault in one call's handler must not end all calls.
      process.emitWarning(error instanceof Error ? error : String(error))
    }
  }

  /** Decides by address and size, before reading: unknown senders cost nothing, and one carrier cannot take too much. */
  function isWelcome(bytes: number, source: Hop): boolean {
    if (!allow(source) && !correspondents.has(source.host)) return false
    if (messages.take(source.host, Math.ceil(bytes / unitBytes))) return true
    // A stream with a gap cannot be used: the peer may connect again.
    if (isReliable(source.protocol)) transport?.drop(source, new Error('It sent too many messages'))
    return false
  }

  function onMalformed({ request, status, reason }: Malformed, source: Hop): void {
    if (!request || request.method === 'ACK' || !request.headers.some(([name]) => name === 'via')) return
    if (allow(source)) respondStateless(core, request, source, status, { reason, toTag: newTag() })
  }

  function onResponse(response: ReceivedResponse): void {
    const transaction = core.clients.get(clientKey(response.via.branch, response.cseqMethod))
    if (transaction) transaction.receive(response)
    else if (response.cseqMethod === 'INVITE' && response.status >= 200 && response.status < 300) {
      core.calls.find(response.callId, response.from.params.get('tag'))?.onStray2xx(response)
    }
  }

  function onRequest(request: ReceivedRequest, source: Hop): void {
    const known = core.servers.get(serverKey(request))
    known?.receive(request)
    const entry = core.calls.find(request.callId, request.to.params.get('tag'))
    if (request.method === 'ACK') return entry?.onAck(request)
    if (known) return
    if (request.method === 'CANCEL') return onCancel(request, source)
    const inside = entry ?? tagless(request)
    if (!inside && (!allow(source) || !newRequests.take(source.host, 1))) return
    if (!inside && request.to.params.has('tag')) return respondStateless(core, request, source, 481, {})
    if (!inside && request.method === 'INVITE' && !onCall) return
    const transaction = startServerTransaction(core, request, source)
    const fault = unacceptable(request)
    if (fault) transaction.respond(fault.status, { ...fault.reply, toTag: newTag() })
    else if (inside) inside.onRequest(transaction)
    else outsideDialogs(transaction)
  }

  /** Some peers leave our tag out of the NOTIFYs for a REFER. */
  function tagless(request: ReceivedRequest): ReturnType<Core['calls']['findByRemote']> {
    if (request.method !== 'NOTIFY' || request.to.params.has('tag')) return undefined
    return core.calls.findByRemote(request.callId, request.from.params.get('tag'))
  }

  function onCancel(request: ReceivedRequest, source: Hop): void {
    const invite = core.servers.get(serverKey(request, 'INVITE'))
    if (!invite && (!allow(source) || !newRequests.take(source.host, 1))) return
    const transaction = startServerTransaction(core, request, source)
    transaction.respond(invite ? 200 : 481, { toTag: newTag() })
    if (invite?.open) invite.onCancel?.()
  }

  function outsideDialogs(transaction: ServerTransaction): void {
    const { request, source } = transaction
    const handler = onOther.get(request.method)
    if (request.method === 'INVITE') {
      if (refuseInvite(core, transaction)) return
      transaction.respond(100)
      onCall?.(createIncomingCall(core, transaction))
    } else if (handler) {
      const view = { method: request.method, uri: request.uri, source, header: headerLookup(request.headers) }
      const { status, reason, headers = {} } = handler(view)
      const lines = Object.entries(headers).map(([name, value]): Header => [headerName(name) ?? name, value])
      transaction.respond(status, { reason, headers: lines, toTag: newTag() })
    } else if (request.method === 'OPTIONS') {
      const headers: Header[] = [
        ['allow', allowedMethods],
        ['accept', 'application/sdp'],
        ['supported', 'timer'],
      ]
      transaction.respond(200, { headers, toTag: newTag() })
    } else refuseWithoutDialog(transaction)
  }

  return {
    host: options.host,
    port: opened.port,
    tlsPort: opened.tlsPort,
    invite: (request, handlers) => startInvite(core, request, handlers),
    register: (account, onChange) => startRegistration(core, account, onChange),
    options: (account, timeoutMs) => sendOptions(core, account, timeoutMs),
    tryRegister: (account, timeoutMs) => tryRegistration(core, account, timeoutMs),
    onInvite(allowSource, handler) {
      allow = allowSource
      onCall = handler
    },
    onRequest(method, handler) {
      onOther.set(method, handler)
    },
    openTransactions: () => core.openTransactions,
    held: () => ({ transactions: core.clients.size + core.servers.size, calls: core.calls.size, timers: wheel.size }),
    async close() {
      transport = null
      wheel.clear()
      core.clients.clear()
      core.servers.clear()
      await opened.close()
    },
  }
}
