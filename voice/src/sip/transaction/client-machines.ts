/**
 * The states of client transactions, RFC 3261 section 17.1: what one input leads to, and what is done then.
 *
 *   INVITE (figure 5)                               other requests (figure 6)
 *
 *        | send                                          | send
 *        v                                               v
 *   +---------+ A: send        B, error: report     +---------+ E: send      F, error: report
 *   | trying  |<---+     +--------------------+     | trying  |<---+     +------------------+
 *   |("Calling")---+-----|                    |     +---------+----+-----|                  |
 *   +---------+          |                    |       |     |            |                  |
 *     |     |            |                    |       |     | 1xx        |                  |
 *     |     | 1xx: report, stop A and B       |       |     v: report    |                  |
 *     |     v            |                    |       |   +------------+ |                  |
 *     |   +------------+ | 2xx: report        |       |   | proceeding |-+ F               |
 *     |   | proceeding |-+ (from trying too)  |       |   +------------+  E: send          |
 *     |   +------------+                      |       |     |                               |
 *     |     | 300-699: ACK, report            |       |     | 200-699: report               |
 *     v     v                                 |       v     v                               |
 *   +-----------+ 300-699: ACK again          |     +-----------+                           |
 *   | completed |<---+                        |     | completed |                           |
 *   +-----------+----+                        |     +-----------+                           |
 *        | D                                  |          | K                                |
 *        v                                    |          v                                  |
 *   +------------+                            |     +------------+                          |
 *   | terminated |<---------------------------+     | terminated |<-------------------------+
 *   +------------+                                  +------------+
 *
 * The Accepted state of RFC 6026 is not here: after a 2xx the transaction is gone, and a 2xx that is repeated, or that comes
 * from another branch of a fork, belongs to no transaction. `Core.onStray2xx` hands it to the dialog, which sends the ACK.
 */
import type { ReceivedResponse } from '../message/message.ts'
import type { Result } from './client-transaction.ts'
import { T2, T4, transactionLifeMs } from './timing.ts'

export type ClientState = 'trying' | 'proceeding' | 'completed' | 'terminated'

export type ClientInput =
  /** 1xx, 2xx, and 300 to 699. */
  | { t: 'provisional' | 'success' | 'failure'; response: ReceivedResponse }
  /** Timer A or E. */
  | { t: 'retransmit' }
  /** Timer B or F, or the limit that the caller set. */
  | { t: 'expired' }
  /** The request could not be sent. */
  | { t: 'unreachable'; result: Result }
  /** The connection that it was sent over has ended. */
  | { t: 'lost'; result: Result }
  /** Timer D or K. */
  | { t: 'lingered' }
  | { t: 'abandoned' }

/**
 * `send`: what was sent last, again. `ack`: makes the ACK and sends it. `stop`: timers A and B. `provisional`, `report`:
 * notifies the caller. `passOver`: the next try uses another address of the host. `cancel`: sends CANCEL.
 */
export type ClientAction = 'send' | 'ack' | 'stop' | 'provisional' | 'report' | 'passOver' | 'cancel'

export type ClientStep = readonly [ClientState, ...ClientAction[]]

export interface ClientMachine {
  states: Record<ClientState, (input: ClientInput) => ClientStep>
  /** Timer A or E after one of `ms`. */
  nextRetransmission(ms: number, state: ClientState): number
  /** Timer D or K, on transports that lose messages; on others 0. */
  lingerMs: number
}

const terminated = (): ClientStep => ['terminated']

export const inviteClient: ClientMachine = {
  states: {
    trying({ t }) {
      switch (t) {
        case 'retransmit':
          return ['trying', 'send']
        case 'provisional':
          // From here the caller's ring timeout applies, not timer B.
          return ['proceeding', 'stop', 'provisional']
        case 'success':
          return ['terminated', 'report']
        case 'failure':
          return ['completed', 'ack', 'report']
        case 'expired':
        case 'unreachable':
          return ['terminated', 'passOver', 'report']
        case 'lost':
          return ['terminated', 'report']
        case 'lingered':
        case 'abandoned':
          return ['terminated']
      }
    },
    proceeding({ t }) {
      switch (t) {
        case 'provisional':
          return ['proceeding', 'provisional']
        case 'success':
        case 'expired':
          return ['terminated', 'report']
        case 'failure':
          return ['completed', 'ack', 'report']
        case 'lost':
          // The callee's telephone keeps ringing: CANCEL over a new connection stops it.
          return ['terminated', 'report', 'cancel']
        case 'retransmit':
        case 'unreachable':
          return ['proceeding']
        case 'lingered':
        case 'abandoned':
          return ['terminated']
      }
    },
    completed({ t }) {
      if (t === 'failure') return ['completed', 'send']
      return t === 'lingered' || t === 'abandoned' ? ['terminated'] : ['completed']
    },
    terminated,
  },
  nextRetransmission: (ms) => ms * 2,
  lingerMs: transactionLifeMs,
}

export const nonInviteClient: ClientMachine = {
  states: {
    trying({ t }) {
      switch (t) {
        case 'retransmit':
          return ['trying', 'send']
        case 'provisional':
          return ['proceeding', 'provisional']
        case 'success':
        case 'failure':
          return ['completed', 'report']
        case 'expired':
        case 'unreachable':
          return ['terminated', 'passOver', 'report']
        case 'lost':
          return ['terminated', 'report']
        case 'lingered':
        case 'abandoned':
          return ['terminated']
      }
    },
    proceeding({ t }) {
      switch (t) {
        case 'retransmit':
          return ['proceeding', 'send']
        case 'provisional':
          return ['proceeding', 'provisional']
        case 'success':
        case 'failure':
          return ['completed', 'report']
        case 'expired':
        case 'lost':
          return ['terminated', 'report']
        case 'unreachable':
          return ['proceeding']
        case 'lingered':
        case 'abandoned':
          return ['terminated']
      }
    },
    completed: ({ t }) => (t === 'lingered' || t === 'abandoned' ? ['terminated'] : ['completed']),
    terminated,
  },
  nextRetransmission: (ms, state) => (state === 'proceeding' ? T2 : Math.min(ms * 2, T2)),
  lingerMs: T4,
}
