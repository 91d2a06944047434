import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { noAnswer } from '../callee.ts'
import { createLoopbackCarrier } from '../carrier/loopback-carrier.ts'
import { describeGateway } from '../conformance.ts'
import { toneFile } from '../conformance/wav.ts'
import { createVoiceProcess } from './remote.ts'

// Each test forks a voice process: let them share what they compiled.
process.env['NODE_COMPILE_CACHE'] = mkdtempSync(join(tmpdir(), 'switchboard-compiled-'))
after(() => rmSync(process.env['NODE_COMPILE_CACHE']!, { recursive: true, force: true }))

const host = '127.0.0.1'

describeGateway(
  'voice process',
  async ({ callees = {}, ...engine }) => {
    const carrier = await createLoopbackCarrier({
      host,
      behaviour: (to) => callees[to] ?? noAnswer(),
      password: 'secret',
    })
    const gateway = await createVoiceProcess({ engine: { ...engine, sip: { host, port: 0 } } })
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
