import assert from 'node:assert/strict'
import type { ReceivedRequest } from '../message/message.ts'
import { createTestNetwork, replyTo } from './network.ts'
import type { Protocol } from '../transport/transport.ts'
import type { Registration } from '../types.ts'

/** An account kept registered at a registrar whose responses the test gives; null: no response. */
export async function registering(
  respond: (request: ReceivedRequest, count: number) => [status: string, ...extra: string[]] | null,
  { protocol = 'udp', ...options }: { protocol?: Protocol; advertisedHost?: string } = {},
) {
  const network = createTestNetwork(protocol)
  const agent = await network.agent(6001, options)
  const requests: { at: number; request: ReceivedRequest }[] = []
  const send = await network.peer(6002, (message) => {
    if (message.type !== 'request') return
    requests.push({ at: network.clock.monotonic(), request: message })
    const answer = respond(message, requests.length)
    if (answer) send(replyTo(message, answer[0], answer.slice(1)), 6001)
  })
  const states: string[] = []
  const onChange = ({ state, detail }: Registration) =>
    states.push(`${state}${detail.status ? ` ${detail.status}` : ''}`)
  const registration = agent.register(network.account(6002), onChange)
  await network.clock.advance(50)
  async function nothingLeft(): Promise<void> {
    await network.clock.advance(40_000)
    assert.deepEqual(agent.held(), { transactions: 0, calls: 0, timers: 0 })
    await agent.close()
    assert.equal(network.clock.pending(), 0)
  }
  return { network, agent, send, requests, states, registration, nothingLeft }
}
