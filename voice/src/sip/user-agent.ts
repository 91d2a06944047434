import { systemClock } from '../clock.ts'
import { clientKey } from './client-transaction.ts'
import { createCalls, newTag } from './core.ts'
import type { Core } from './core.ts'
import { allowedMethods } from './dialog.ts'
import { createAuthenticator } from './digest.ts'
import { exchange } from './exchange.ts'
import { headerName } from './headers.ts'
import type { Header } from './headers.ts'
import { createIncomingCall, headerLookup, refuseInvite } from './incoming.ts'
import { accountUri, domainOf, startInvite } from './invite.ts'
import { parseMessage } from './message.ts'
import type { Malformed, ReceivedRequest, ReceivedResponse } from './message.ts'
import { refuseWithoutDialog, unacceptable } from './refusals.ts'
import { startRegistration, tryRegistration } from './registration.ts'
import { redact } from './serialise.ts'
import { respondStateless, serverKey, startServerTransaction } from './server-transaction.ts'
import type { ServerTransaction } from './server-transaction.ts'
import { createTimerWheel } from './timer-wheel.ts'
import { createResolver, openUdp } from './transport.ts'
import type { Endpoint, OpenTransport, Transport } from './transport.ts'
import type { IncomingCall, SipAccount, SipReply, SipRequestView, UserAgent, UserAgentOptions } from './types.ts'
import { sipUri, uriHost } from './uri.ts'

export interface SipUserAgent extends UserAgent {
  /** Everything still remembered, for metrics and leak tests; all 0 some 64 s after the last call. */
  held(): { transactions: number; calls: number; timers: number }
}

/** Opens the socket and listens. Rejects when the port is taken. Tests bring their own transport. */
export async function createUserAgent(
  options: UserAgentOptions,
  openTransport: OpenTransport = openUdp,
): Promise<SipUserAgent> {
  const clock = options.clock ?? systemClock
  const wheel = createTimerWheel(clock)
  const { trace } = options
  let allow: (source: Endpoint) => boolean = () => true
  let onCall: ((call: IncomingCall) => void) | null = null
  const onOther = new Map<string, (request: SipRequestView) => SipReply>()
  let transport: Transport | null = null

  const opened = await openTransport({ host: options.host, port: options.port }, onDatagram)
  transport = opened
  const core: Core = {
    clock,
    wheel,
    resolve: createResolver(() => clock.now()),
    local: { host: uriHost(options.advertisedHost ?? options.host), port: opened.port },
    userAgent: options.userAgent ?? 'Switchboard',
    send(data, to, onError) {
      trace?.('out', redact(data), `${to.host}:${to.port}`)
      opened.send(data, to, onError)
    },
    clients: new Map(),
    servers: new Map(),
    openTransactions: 0,
    calls: createCalls(),
  }

  function onDatagram(data: Buffer, source: Endpoint): void {
    if (!transport) return
    const message = parseMessage(data)
    if (message === null) return
    trace?.('in', redact(data.toString('utf8')), `${source.host}:${source.port}`)
    try {
      if (message.type === 'request') onRequest(message, source)
      else if (message.type === 'response') onResponse(message)
      else onMalformed(message, source)
    } catch (error) {
      // A fault in one call's handler must not end all calls.
      process.emitWarning(error instanceof Error ? error : String(error))
    }
  }

  function onMalformed({ request, status, reason }: Malformed, source: Endpoint): void {
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

  function onRequest(request: ReceivedRequest, source: Endpoint): void {
    const known = core.servers.get(serverKey(request))
    known?.receive(request)
    const entry = core.calls.find(request.callId, request.to.params.get('tag'))
    if (request.method === 'ACK') return entry?.onAck(request)
    if (known) return
    if (request.method === 'CANCEL') return onCancel(request, source)
    const inside = entry ?? tagless(request)
    if (!inside && !allow(source)) return
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

  function onCancel(request: ReceivedRequest, source: Endpoint): void {
    const invite = core.servers.get(serverKey(request, 'INVITE'))
    if (!invite && !allow(source)) return
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

  function sendOptions(account: SipAccount, timeoutMs: number): Promise<number> {
    const domain = domainOf(account)
    const localTag = newTag()
    const callId = `${newTag()}@${core.local.host}`
    let sequence = 0
    const headers = (): Header[] => [
      ['from', `<${sipUri(account.username, domain)}>;tag=${localTag}`],
      ['to', `<${sipUri('', domain)}>`],
      ['call-id', callId],
      ['cseq', `${++sequence} OPTIONS`],
      ['max-forwards', '70'],
      ['contact', `<${sipUri(account.username, core.local.host, core.local.port)}>`],
      ['user-agent', core.userAgent],
    ]
    return new Promise((resolve) => {
      const asking = exchange(core, {
        build: () => ({ method: 'OPTIONS', uri: accountUri(account, ''), headers: headers(), body: '' }),
        destination: { host: account.host, port: account.port },
        auth: createAuthenticator(account.username, account.password),
        onFinal({ status }) {
          deadline.cancel()
          resolve(status)
        },
      })
      const deadline = wheel.after(timeoutMs, () => {
        asking.abandon()
        resolve(408)
      })
    })
  }

  return {
    host: options.host,
    port: opened.port,
    invite: (request, handlers) => startInvite(core, request, handlers),
    register: (account, onChange) => startRegistration(core, account, onChange),
    options: sendOptions,
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
