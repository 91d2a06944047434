import assert from 'node:assert/strict'
import { header } from '../message/headers.ts'
import type { ReceivedRequest, ReceivedResponse } from '../message/message.ts'
import { answer, createTestNetwork, offer, replyTo } from './network.ts'
import type { Protocol } from '../transport/transport.ts'
import type { InviteHandlers } from '../types.ts'

/** Calls a hand-written peer; `onRequest` decides its responses. */
export async function callPeer(
  onRequest: (request: ReceivedRequest, reply: (text: string) => void) => void,
  handlers: InviteHandlers = {},
  protocol: Protocol = 'udp',
) {
  const network = createTestNetwork(protocol)
  const agent = await network.agent(6001)
  const responses: ReceivedResponse[] = []
  const requests: ReceivedRequest[] = []
  const send = await network.peer(6002, (message) => {
    if (message.type === 'response') responses.push(message)
    else {
      requests.push(message)
      onRequest(message, (text) => send(text, 6001))
    }
  })
  const failures: string[] = []
  const request = { account: network.account(6002), callId: 'c1', to: '1', from: '', offer, ringTimeoutMs: 60_000 }
  const onFailure = (status: number, reason: string) => failures.push(`${status} ${reason}`)
  const call = agent.invite(request, { onFailure, ...handlers })
  await network.clock.advance(10)

  /** A request of the peer inside the call. */
  async function inside(
    method: string,
    sequence: number,
    extra: string[] = [],
    body = '',
    tag = 'peer',
  ): Promise<number | undefined> {
    const invite = requests[0]!
    const lines = [
      `${method} sip:alice@127.0.0.1:6001 SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:6002;branch=z9hG4bK${method}${sequence}`,
      `From: ${header(invite.headers, 'to')};tag=${tag}`,
      `To: ${header(invite.headers, 'from')}`,
      'Call-ID: c1',
      `CSeq: ${sequence} ${method}`,
      ...extra,
    ]
    send([...lines, '', body].join('\r\n'), 6001)
    await network.clock.advance(10)
    return responses.findLast(
      (response) => response.cseq === sequence && response.cseqMethod === method && response.status >= 200,
    )?.status
  }

  async function nothingLeft(): Promise<void> {
    await network.clock.advance(140_000)
    assert.deepEqual(agent.held(), { transactions: 0, calls: 0, timers: 0 })
    assert.equal(agent.openTransactions(), 0)
    await agent.close()
  }
  return {
    network,
    agent,
    call,
    failures,
    requests,
    responses,
    send: (text: string) => send(text, 6001),
    inside,
    nothingLeft,
  }
}

export const contact = 'Contact: <sip:peer@127.0.0.1:6002>'

/** Sends 200 to every request except ACK. */
export function answerAll(request: ReceivedRequest, reply: (text: string) => void): void {
  if (request.method === 'INVITE') reply(replyTo(request, '200 OK', [contact], answer))
  else if (request.method !== 'ACK') reply(replyTo(request, '200 OK'))
}
