import { noAnswer } from '../callee.ts'
import { describeGateway } from '../conformance.ts'
import { createSimGateway } from './gateway.ts'
import { createVirtualClock } from './virtual-clock.ts'

const account = { host: 'carrier.sim', port: 5060, username: 'house', password: 'secret' }

describeGateway('sim', async ({ callees = {}, ...options }) => {
  const clock = createVirtualClock()
  const gateway = createSimGateway({
    ...options,
    clock,
    behaviour: (to) => callees[to] ?? noAnswer(),
    account: ({ host, password }) =>
      host !== account.host ? 'unreachable' : password === account.password ? 'accepted' : 'refused',
    mediaDurationMs: ({ path }) => Number(path),
    ports: 100,
  })
  return {
    gateway,
    account,
    nowhere: { host: 'nowhere.sim', port: 5060 },
    carried: gateway.carried,
    place: async (call) => gateway.place(call, account.host),
    pass: (ms) => clock.advance(ms),
    now: () => clock.now(),
    audio: (durationMs) => ({ path: String(durationMs) }),
    close: () => gateway.close(),
  }
})
