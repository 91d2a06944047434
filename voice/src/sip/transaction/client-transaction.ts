import type { Timer } from '../../clock.ts'
import { newBranch } from '../message/identifiers.ts'
import { T1, T2, T4, transactionLifeMs } from './timing.ts'
import type { Core } from '../core.ts'
import { header } from '../message/headers.ts'
import type { Header } from '../message/headers.ts'
import type { ReceivedResponse, SipRequest } from '../message/message.ts'
import { serialise } from '../message/serialise.ts'
import { idleTimer } from './timer-wheel.ts'
import { AddressRefused } from '../transport/address-refused.ts'
import { isReliable, isSameAddress } from '../transport/transport.ts'
import type { Hop } from '../transport/transport.ts'

/** How a transaction ended: by the other side's answer, or by none (408), or because nothing could be sent (503). */
export interface Result {
  status: number
  reason: string
  response: ReceivedResponse | null
}

export interface ClientHandlers {
  onProvisional?(response: ReceivedResponse): void
  /** Once. For INVITE with a 2xx the ACK is the caller's. */
  onFinal(result: Result): void
}

/** RFC 3261 section 17.1: retransmits until answered, absorbs what comes twice, ACKs non-2xx answers to INVITE. */
export interface ClientTransaction {
  /** As sent, Via included. */
  readonly request: SipRequest
  readonly destination: Hop
  /** The destination resolved; null until then. */
  readonly address: Hop | null
  /** A provisional answer came, so CANCEL may be sent (section 9.1). */
  readonly proceeding: boolean
  receive(response: ReceivedResponse): void
  /** A connection has ended; when the request went over it, no answer will come. */
  connectionLost(peer: Hop, why: Error): void
  /** Gives up, as if timed out, when no final answer comes within this time. */
  expireIn(ms: number): void
  /** Forgets everything at once and reports nothing. */
  abandon(): void
}

/** Key of a client transaction: branch and method (section 17.1.3). */
export function clientKey(branch: string, method: string): string {
  return `${branch} ${method}`
}

export function startClientTransaction(
  core: Core,
  unsent: SipRequest,
  destination: Hop,
  handlers: ClientHandlers,
  branch = newBranch(),
): ClientTransaction {
  const invite = unsent.method === 'INVITE'
  const reliable = isReliable(destination.protocol)
  const via = core.local.via(destination.protocol, branch)
  const request: SipRequest = { ...unsent, headers: [via, ...unsent.headers] }
  const key = clientKey(branch, request.method)
  let state: 'trying' | 'proceeding' | 'completed' | 'terminated' = 'trying'
  let address: Hop | null = null
  let wire = serialise(request)
  let retransmission: Timer = idleTimer
  let end: Timer = idleTimer

  function send(text: string): void {
    if (address) core.send(text, address, unreachable)
  }

  function unreachable(error: Error): void {
    if (state !== 'trying') return
    passOver()
    const isSentence = reliable || error instanceof AddressRefused
    finish({ status: 503, reason: isSentence ? error.message : `Cannot send: ${error.message}`, response: null })
  }

  function passOver(): void {
    if (address) core.passOver(destination.host, address.host)
  }

  function connectionLost(peer: Hop, { message }: Error): void {
    if (!reliable || !address || !isSameAddress(address, peer)) return
    if (state !== 'trying' && state !== 'proceeding') return
    const ringing = invite && state === 'proceeding'
    finish({ status: 503, reason: message, response: null })
    // The telephone at the other end rings on: over a new connection it can be told to stop.
    if (ringing) cancel(core, transaction)
  }

  /** Timers A and E, for transports that lose messages. */
  function retransmitAfter(ms: number): void {
    retransmission = core.wheel.after(ms, () => {
      send(wire)
      retransmitAfter(invite ? ms * 2 : state === 'proceeding' ? T2 : Math.min(ms * 2, T2))
    })
  }

  /** Timers D and K: how long repeated answers may still come. */
  function finish(result: Result, lingerMs = 0): void {
    retransmission.cancel()
    end.cancel()
    core.openTransactions--
    state = 'completed'
    if (lingerMs > 0 && !reliable) end = core.wheel.after(lingerMs, terminate)
    else terminate()
    handlers.onFinal(result)
  }

  function terminate(): void {
    if (state === 'trying' || state === 'proceeding') core.openTransactions--
    state = 'terminated'
    retransmission.cancel()
    end.cancel()
    core.clients.delete(key)
  }

  function timedOut(): void {
    if (state === 'trying') passOver()
    finish({ status: 408, reason: 'Request Timeout', response: null })
  }

  function receive(response: ReceivedResponse): void {
    if (state === 'completed') {
      if (invite && response.status >= 300) send(wire)
      return
    }
    if (state === 'terminated') return
    if (response.status < 200) {
      if (state === 'trying' && invite) {
        retransmission.cancel()
        // From here the ring timeout of the caller rules, not timer B.
        end.cancel()
      }
      state = 'proceeding'
      handlers.onProvisional?.(response)
      return
    }
    const result = { status: response.status, reason: response.reason, response }
    if (invite && response.status >= 300) {
      // The request is not needed again; from now on retransmitted answers are ACKed (timer D).
      wire = serialise(ackFor(request, response))
      send(wire)
      finish(result, transactionLifeMs)
    } else finish(result, invite ? 0 : T4)
  }

  const transaction: ClientTransaction = {
    request,
    destination,
    get address() {
      return address
    },
    get proceeding() {
      return state === 'proceeding'
    },
    receive,
    connectionLost,
    expireIn(ms) {
      if (state !== 'trying' && state !== 'proceeding') return
      end.cancel()
      end = core.wheel.after(ms, timedOut)
    },
    abandon: terminate,
  }
  core.clients.set(key, transaction)
  core.openTransactions++
  // Timers B and F.
  end = core.wheel.after(transactionLifeMs, timedOut)
  core.resolve(destination.host, (host) => {
    if (state !== 'trying') return
    if (host === null) {
      finish({ status: 503, reason: 'It has no address in the DNS. Check the host name.', response: null })
      return
    }
    address = { ...destination, host }
    send(wire)
    if (!reliable) retransmitAfter(T1)
  })
  return transaction
}

/** The ACK to a non-2xx answer belongs to the INVITE's transaction: same Via, same route (section 17.1.1.3). */
function ackFor(invite: SipRequest, response: ReceivedResponse): SipRequest {
  const ack = followUp(invite, 'ACK', ['to', header(response.headers, 'to')!])
  return { ...ack, headers: [invite.headers[0]!, ...ack.headers] }
}

/** Sends CANCEL for an INVITE that is proceeding; it takes the INVITE's branch (section 9.1). */
export function cancel(core: Core, invite: ClientTransaction): void {
  const branch = /;branch=([^;]+)/.exec(invite.request.headers[0]![1])![1]!
  const to: Header = ['to', header(invite.request.headers, 'to')!]
  const request = followUp(invite.request, 'CANCEL', to)
  // Its answer says nothing: the INVITE gets a 487, or a 200 that crossed, or in the worst case nothing for 64*T1.
  startClientTransaction(core, request, invite.destination, { onFinal: () => {} }, branch)
  invite.expireIn(transactionLifeMs)
}

function followUp(invite: SipRequest, method: 'ACK' | 'CANCEL', to: Header): SipRequest {
  const kept = invite.headers.filter(([name]) => name === 'route' || name === 'from' || name === 'call-id')
  const sequence = header(invite.headers, 'cseq')!.split(' ', 1)[0]!
  const headers: Header[] = [...kept, to, ['cseq', `${sequence} ${method}`], ['max-forwards', '70']]
  return { method, uri: invite.uri, headers, body: '' }
}
