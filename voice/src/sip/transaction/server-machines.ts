/**
 * The states of server transactions, RFC 3261 section 17.2 with RFC 6026: what one input leads to, and what is done then.
 *
 *   INVITE (figure 7, and RFC 6026 figure 5)         other requests (figure 8)
 *
 *        | INVITE                                          | request
 *        v                                                 v
 *   +------------+ 1xx: send                          +------------+ 1xx: send
 *   | proceeding |<---+ INVITE again: send            | proceeding |<---+ request again: send
 *   +------------+----+                               +------------+----+
 *     |        |                                           |
 *     | 2xx:   | 300-699: send                             | 200-699: send
 *     | send   v                                           v
 *     |   +-----------+ G: send                       +-----------+ request again: send
 *     |   | completed |<---+ INVITE again: send       | completed |<---+
 *     |   +-----------+----+                          +-----------+----+
 *     v        |      | ACK                                |
 *   +----------+      v                                    |
 *   | accepted | H  +-----------+                          | J
 *   +----------+ |  | confirmed |                          |
 *     | L        |  +-----------+                          |
 *     |          |      | I                                |
 *     v          v      v                                  v
 *   +--------------------------+                      +------------+
 *   |        terminated        |                      | terminated |
 *   +--------------------------+                      +------------+
 *
 * In `accepted` a repeated INVITE and the ACK are absorbed; the dialog repeats its 2xx until the ACK reaches it.
 */
import { T4, transactionLifeMs } from './timing.ts'

export type ServerState = 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated'

/**
 * `provisional`, `success`, `failure`: a response of ours, 1xx, 2xx, and 300 to 699. `request`: the request again. `retransmit`:
 * timer G. `lingered`: timer H, I, J or L.
 */
export type ServerInput = 'provisional' | 'success' | 'failure' | 'request' | 'ack' | 'retransmit' | 'lingered'

/** The next state, and whether the last response is sent then. */
export type ServerStep = readonly [ServerState, 'send'?]

export interface ServerMachine {
  states: Record<ServerState, (input: ServerInput) => ServerStep>
  /** How long a state lasts without an ACK, in ms: timers H, I, J and L. Undefined: until an input ends it. */
  lingerMs(state: ServerState, reliable: boolean): number | undefined
  /** The state in which timer G repeats the response, on transports that lose messages. */
  repeatsIn: ServerState | null
}

const terminated = (): ServerStep => ['terminated']

export const inviteServer: ServerMachine = {
  states: {
    proceeding(input) {
      switch (input) {
        case 'provisional':
        case 'request':
          return ['proceeding', 'send']
        case 'success':
          return ['accepted', 'send']
        case 'failure':
          return ['completed', 'send']
        case 'ack':
        case 'retransmit':
        case 'lingered':
          return ['proceeding']
      }
    },
    accepted: (input) => (input === 'lingered' ? ['terminated'] : ['accepted']),
    completed(input) {
      switch (input) {
        case 'request':
        case 'retransmit':
          return ['completed', 'send']
        case 'ack':
          return ['confirmed']
        case 'lingered':
          return ['terminated']
        case 'provisional':
        case 'success':
        case 'failure':
          return ['completed']
      }
    },
    confirmed: (input) => (input === 'lingered' ? ['terminated'] : ['confirmed']),
    terminated,
  },
  lingerMs(state, reliable) {
    if (state === 'confirmed') return reliable ? 0 : T4
    return state === 'accepted' || state === 'completed' ? transactionLifeMs : undefined
  },
  repeatsIn: 'completed',
}

export const nonInviteServer: ServerMachine = {
  states: {
    proceeding(input) {
      switch (input) {
        case 'provisional':
        case 'request':
          return ['proceeding', 'send']
        case 'success':
        case 'failure':
          return ['completed', 'send']
        case 'ack':
        case 'retransmit':
        case 'lingered':
          return ['proceeding']
      }
    },
    completed(input) {
      if (input === 'request') return ['completed', 'send']
      return input === 'lingered' ? ['terminated'] : ['completed']
    },
    // Only an INVITE is accepted or confirmed.
    accepted: terminated,
    confirmed: terminated,
    terminated,
  },
  lingerMs: (state, reliable) => (state === 'completed' ? (reliable ? 0 : transactionLifeMs) : undefined),
  repeatsIn: null,
}
