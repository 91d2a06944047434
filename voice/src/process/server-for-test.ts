import { createVoiceProcess } from './remote.ts'

/** Stands for a server that is killed: opens a voice process, dials what its arguments say and reports over IPC. */
const [carrierPort, ...numbers] = process.argv.slice(2)
const gateway = await createVoiceProcess({ engine: { sip: { host: '127.0.0.1', port: 0 }, allowPrivate: true } })
await gateway.upsertTrunk({
  id: 'trunk',
  host: '127.0.0.1',
  port: Number(carrierPort),
  transport: 'udp',
  username: 'house',
  password: 'secret',
  register: false,
  maxConcurrentCalls: 100,
  callsPerSecond: 1000,
  transferMode: 'bridge',
})
for (const [index, to] of numbers.entries()) {
  await gateway.originate({
    attemptId: `attempt-${index}`,
    trunkId: 'trunk',
    to,
    callerId: '',
    ringTimeoutMs: 30_000,
    maxDurationMs: 60_000,
  })
  await new Promise((resolve) => setTimeout(resolve, 5))
}
// Without the one who started it, it ends too.
process.once('disconnect', () => process.exit(0))
process.send!({ sipPort: gateway.sip.port, voicePid: gateway.pid })
