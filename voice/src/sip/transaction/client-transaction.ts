import type { Timer } from '../../clock.ts'
import { newBranch } from '../message/identifiers.ts'
import {
  inviteClient,
  nonInviteClient,
  type ClientAction,
  type ClientInput,
  type ClientState,
} from './client-machines.ts'
import { T1, transactionLifeMs } from './timing.ts'
import type { Core } from '../core.ts'
import { header } from '../message/headers.ts'
import type { Header } from '../message/headers.ts'
import type { ReceivedResponse, SipRequest } from '../message/message.ts'
import { serialise } from '../message/serialise.ts'
import { idleTimer } from './timer-wheel.ts'
import { AddressRefused } from '../transport/address-refused.ts'
import { isReliable, isSameAddress } from '../transport/transport.ts'
import type { Hop } from '../transport/transport.ts'

/** How a transaction ended: with the other side's response, by timeout (408), or because it could not be sent (503). */
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

/** RFC 3261 section 17.1: retransmits until answered, absorbs retransmissions, ACKs non-2xx responses to INVITE. */
export interface ClientTransaction {
  /** As sent, Via included. */
  readonly request: SipRequest
  /** Of its Via. */
  readonly branch: string
  readonly destination: Hop
  /** The destination resolved; null until then. */
  readonly address: Hop | null
  /** A provisional answer came, so CANCEL may be sent (section 9.1). */
  readonly proceeding: boolean
  receive(response: ReceivedResponse): void
  /** Reports that a connection has ended: a request sent over it will get no response. */
  connectionLost(peer: Hop, why: Error): void
  /** Times out when no final response arrives within this time. */
  expireIn(ms: number): void
  /** Drops the transaction at once, without a report. */
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
  const machine = unsent.method === 'INVITE' ? inviteClient : nonInviteClient
  const reliable = isReliable(destination.protocol)
  const via = core.local.via(destination.protocol, branch)
  const request: SipRequest = { ...unsent, headers: [via, ...unsent.headers] }
  const key = clientKey(branch, request.method)
  let state: ClientState = 'trying'
  let address: Hop | null = null
  let wire = serialise(request)
  let retransmission: Timer = idleTimer
  let end: Timer = idleTimer

  const isOpen = () => state === 'trying' || state === 'proceeding'

  /** One input: the next state first, because the caller may use the transaction in its callback, then the actions. */
  function step(input: ClientInput): void {
    const [next, ...actions] = machine.states[state](input)
    if (next !== state) move(next)
    for (const action of actions) perform[action](input)
  }

  function move(next: ClientState): void {
    const wasOpen = isOpen()
    state = next === 'completed' && reliable ? 'terminated' : next
    if (isOpen()) return
    if (wasOpen) core.openTransactions--
    stop()
    if (state === 'completed') end = core.wheel.after(machine.lingerMs, () => step({ t: 'lingered' }))
    else core.clients.delete(key)
  }

  function stop(): void {
    retransmission.cancel()
    end.cancel()
  }

  function send(): void {
    if (address) core.send(wire, address, unreachable)
  }

  const perform: Record<ClientAction, (input: ClientInput) => void> = {
    send,
    stop,
    ack(input) {
      // The request is not needed again; from now on retransmitted responses are ACKed.
      if ('response' in input) wire = serialise(ackFor(request, input.response))
      send()
    },
    provisional: (input) => 'response' in input && handlers.onProvisional?.(input.response),
    report: (input) => handlers.onFinal(resultOf(input)),
    passOver: () => address && core.passOver(destination.host, address.host),
    cancel: () => cancel(core, transaction),
  }

  function unreachable(error: Error): void {
    const isSentence = reliable || error instanceof AddressRefused
    step({ t: 'unreachable', result: failed(isSentence ? error.message : `Cannot send: ${error.message}`) })
  }

  /** Timers A and E, for transports that lose messages. */
  function retransmitAfter(ms: number): void {
    retransmission = core.wheel.after(ms, () => {
      step({ t: 'retransmit' })
      if (isOpen()) retransmitAfter(machine.nextRetransmission(ms, state))
    })
  }

  function endAfter(ms: number): void {
    end.cancel()
    end = core.wheel.after(ms, () => step({ t: 'expired' }))
  }

  const transaction: ClientTransaction = {
    request,
    branch,
    destination,
    get address() {
      return address
    },
    get proceeding() {
      return state === 'proceeding'
    },
    receive(response) {
      const t = response.status < 200 ? 'provisional' : response.status < 300 ? 'success' : 'failure'
      step({ t, response })
    },
    connectionLost(peer, { message }) {
      if (reliable && address && isSameAddress(address, peer)) step({ t: 'lost', result: failed(message) })
    },
    expireIn(ms) {
      if (isOpen()) endAfter(ms)
    },
    abandon: () => step({ t: 'abandoned' }),
  }
  core.clients.set(key, transaction)
  core.openTransactions++
  // Timers B and F.
  endAfter(transactionLifeMs)
  core.resolve(destination.host, (host) => {
    if (state !== 'trying') return
    if (host === null)
      return step({ t: 'unreachable', result: failed('It has no address in the DNS. Check the host name.') })
    address = { ...destination, host }
    send()
    if (!reliable && isOpen()) retransmitAfter(T1)
  })
  return transaction
}

const failed = (reason: string): Result => ({ status: 503, reason, response: null })

function resultOf(input: ClientInput): Result {
  if ('result' in input) return input.result
  if ('response' in input) {
    const { response } = input
    return { status: response.status, reason: response.reason, response }
  }
  return { status: 408, reason: 'Request Timeout', response: null }
}

/** The ACK to a non-2xx answer belongs to the INVITE's transaction: same Via, same route (section 17.1.1.3). */
function ackFor(invite: SipRequest, response: ReceivedResponse): SipRequest {
  const ack = followUp(invite, 'ACK', ['to', header(response.headers, 'to')!])
  return { ...ack, headers: [invite.headers[0]!, ...ack.headers] }
}

/** Sends CANCEL for an INVITE that is proceeding; it takes the INVITE's branch (section 9.1). */
export function cancel(core: Core, invite: ClientTransaction): void {
  const to: Header = ['to', header(invite.request.headers, 'to')!]
  const request = followUp(invite.request, 'CANCEL', to)
  // The response to CANCEL is not used: the INVITE gets a 487, a 200 that crossed, or nothing for 64*T1.
  startClientTransaction(core, request, invite.destination, { onFinal: () => {} }, invite.branch)
  invite.expireIn(transactionLifeMs)
}

function followUp(invite: SipRequest, method: 'ACK' | 'CANCEL', to: Header): SipRequest {
  const kept = invite.headers.filter(([name]) => name === 'route' || name === 'from' || name === 'call-id')
  const sequence = header(invite.headers, 'cseq')!.split(' ', 1)[0]!
  const headers: Header[] = [...kept, to, ['cseq', `${sequence} ${method}`], ['max-forwards', '70']]
  return { method, uri: invite.uri, headers, body: '' }
}
