import assert from 'node:assert/strict'
import { answer, createTestNetwork, offer } from './network.ts'
import type { TestNetwork } from './network.ts'
import type { Protocol } from '../transport/transport.ts'
import type { IncomingCall, InviteHandlers, SipCall } from '../types.ts'
import type { SipUserAgent } from '../user-agent.ts'

export interface Pair {
  network: TestNetwork
  caller: SipUserAgent
  callee: SipUserAgent
  events: string[]
  call: SipCall
  incoming: IncomingCall
}

/** A call from 6001 to 6002 that is ringing; `events` records the events of both owners. */
export async function ringing(
  protocol: Protocol,
  handlers: InviteHandlers = {},
  incomingHandlers: InviteHandlers = {},
): Promise<Pair> {
  const network = createTestNetwork(protocol)
  const caller = await network.agent(6001)
  const callee = await network.agent(6002)
  const events: string[] = []
  const record = (who: string): InviteHandlers => ({
    onProgress: (status, sdp) => events.push(`${who} ${status}${sdp ? ' media' : ''}`),
    onAnswer: (sdp) => events.push(`${who} answered${sdp === '' ? '' : ' with sdp'}`),
    onFailure: (status, reason) => events.push(`${who} failed ${status} ${reason}`),
    onBye: () => events.push(`${who} bye`),
    onReferProgress: (status) => events.push(`${who} refer ${status}`),
    onInfoDtmf: (key) => events.push(`${who} key ${key}`),
  })
  let incoming: IncomingCall | null = null
  callee.onInvite(
    () => true,
    (arriving) => {
      arriving.handlers = { ...record('callee'), ...incomingHandlers }
      arriving.ring()
      incoming = arriving
    },
  )
  const request = {
    account: network.account(6002),
    callId: 'attempt-1',
    to: '+15551234',
    from: '+15550000',
    offer,
    ringTimeoutMs: 30_000,
  }
  const call = caller.invite(request, { ...record('caller'), ...handlers })
  await network.clock.advance(20)
  assert.ok(incoming)
  return { network, caller, callee, events, call, incoming }
}

/** The same call, answered, with the earlier events cleared. */
export async function established(
  protocol: Protocol,
  handlers: InviteHandlers = {},
  incomingHandlers: InviteHandlers = {},
): Promise<Pair> {
  const pair = await ringing(protocol, handlers, incomingHandlers)
  pair.incoming.answer(answer)
  await pair.network.clock.advance(20)
  pair.events.length = 0
  pair.network.log.length = 0
  return pair
}

/** Runs the last timers and asserts that no state is kept. */
export async function nothingLeft({ network, caller, callee }: Pair): Promise<void> {
  assert.equal(caller.openTransactions() + callee.openTransactions(), 0)
  await network.clock.advance(100_000)
  const nothing = { transactions: 0, calls: 0, timers: 0 }
  assert.deepEqual([caller.held(), callee.held()], [nothing, nothing])
  await caller.close()
  await callee.close()
  assert.equal(network.clock.pending(), 0)
}
