import type { AddressPolicy } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import type { ClientTransaction } from './transaction/client-transaction.ts'
import type { KeepAlive } from './transport/keep-alive.ts'
import type { LocalAddress } from './transport/local-address.ts'
import type { ReceivedRequest, ReceivedResponse } from './message/message.ts'
import type { ServerTransaction } from './transaction/server-transaction.ts'
import type { TimerWheel } from './transaction/timer-wheel.ts'
import type { Resolver } from './transport/resolver.ts'
import type { Hop } from './transport/transport.ts'

/** State shared by the parts of one user agent. */
export interface Core extends Resolver {
  readonly clock: Clock
  readonly wheel: TimerWheel
  readonly local: LocalAddress
  readonly userAgent: string
  /** May packets be sent to this address? `send` checks it again. */
  readonly mayReach: AddressPolicy
  send(data: string, to: Hop, onError?: (error: Error) => void): void
  /** Ends the connections to a peer that no longer responds. */
  drop(peer: Hop, why: Error): void
  readonly keepAlives: Set<KeepAlive>
  /** Called when a request comes from an address that did not respond before. */
  readonly awaited: Map<string, Set<() => void>>
  readonly clients: Map<string, ClientTransaction>
  readonly servers: Map<string, ServerTransaction>
  /** Client and server transactions without a final response. */
  openTransactions: number
  readonly calls: Calls
}

/** One end of a call, known by Call-ID and our tag from INVITE until its last retransmission may have come. */
export interface CallEntry {
  readonly callId: string
  readonly localTag: string
  /** The other side's tag, once there is only one. */
  readonly remoteTag: string | null
  /** CSeq of their INVITE while it waits for our answer, to recognise a duplicate. */
  readonly pendingSequence?: number | null
  /** A request inside the dialog, ACK excepted. */
  onRequest(transaction: ServerTransaction): void
  onAck(request: ReceivedRequest): void
  /** A 2xx to INVITE that belongs to no transaction: a retransmission or another fork. */
  onStray2xx(response: ReceivedResponse): void
}

export interface Calls {
  readonly size: number
  add(entry: CallEntry): void
  remove(entry: CallEntry): void
  find(callId: string, localTag: string | undefined): CallEntry | undefined
  /** For NOTIFYs of peers that leave out our tag. */
  findByRemote(callId: string, remoteTag: string | undefined): CallEntry | undefined
}

export function createCalls(): Calls {
  // A Call-ID has several entries when we call ourselves or a challenged INVITE comes again.
  const byCallId = new Map<string, CallEntry[]>()
  let size = 0
  return {
    get size() {
      return size
    },
    add(entry) {
      const entries = byCallId.get(entry.callId)
      if (entries) entries.push(entry)
      else byCallId.set(entry.callId, [entry])
      size++
    },
    remove(entry) {
      const entries = byCallId.get(entry.callId) ?? []
      const left = entries.filter((other) => other !== entry)
      size -= entries.length - left.length
      if (left.length > 0) byCallId.set(entry.callId, left)
      else byCallId.delete(entry.callId)
    },
    find: (callId, localTag) => byCallId.get(callId)?.find((entry) => entry.localTag === localTag),
    findByRemote: (callId, remoteTag) =>
      remoteTag === undefined ? undefined : byCallId.get(callId)?.find((entry) => entry.remoteTag === remoteTag),
  }
}
