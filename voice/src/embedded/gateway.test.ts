import { setTimeout as sleep } from 'node:timers/promises'
import { noAnswer } from '../callee.ts'
import { createLoopbackCarrier } from '../carrier/loopback-carrier.ts'
import { describeGateway } from '../conformance.ts'
import { toneFile } from '../conformance/wav.ts'
import { createEmbeddedGateway } from './gateway.ts'

const host = '127.0.0.1'

describeGateway(
  'embedded',
  async ({ callees = {}, ...options }) => {
    const carrier = await createLoopbackCarrier({
      host,
      behaviour: (to) => callees[to] ?? noAnswer(),
      password: 'secret',
    })
    const gateway = await createEmbeddedGateway({ ...options, sip: { host, port: 0 } })
    return {
      gateway,
      account: { host, port: carrier.port, username: 'house', password: 'secret' },
      nowhere: { host, port: 9 },
      carried: carrier.carried,
      place: async (call) => carrier.place(call, gateway.sip),
      pass: (ms) => sleep(ms),
      now: () => performance.now(),
      audio: toneFile,
      async close() {
        await gateway.close()
        await carrier.close()
      },
    }
  },
  { concurrency: 4 },
)
