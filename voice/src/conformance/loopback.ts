import { setTimeout as sleep } from 'node:timers/promises'
import { noAnswer } from '../callee.ts'
import { createLoopbackCarrier } from '../carrier/loopback-carrier.ts'
import type { EmbeddedOptions } from '../embedded/gateway.ts'
import type { VoiceGateway } from '../gateway.ts'
import type { MakeHarness } from './harness.ts'
import { toneFile } from './wav.ts'

const host = '127.0.0.1'

/** A gateway that speaks real SIP and RTP, beside a carrier on this machine, in real time. */
export const overLoopback =
  (open: (options: EmbeddedOptions) => Promise<VoiceGateway & { sip: { host: string; port: number } }>): MakeHarness =>
  async ({ callees = {}, ...settings }) => {
    const carrier = await createLoopbackCarrier({
      host,
      behaviour: (to) => callees[to] ?? noAnswer(),
      password: 'secret',
    })
    const gateway = await open({ ...settings, sip: { host, port: 0 }, allowPrivate: true })
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
  }
