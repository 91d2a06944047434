import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEmbeddedGateway } from '../embedded/gateway.ts'
import { NotAdmitted } from '../gateway.ts'
import { createVoiceProcess, type VoiceChange } from './remote.ts'

const host = '127.0.0.1'

test('started in the background, it waits for a SIP port in use and takes it when it is free', async (t) => {
  const holder = await createEmbeddedGateway({ sip: { host, port: 0 } })
  const changes: VoiceChange[] = []
  const { promise: running, resolve } = Promise.withResolvers<void>()
  const gateway = await createVoiceProcess({
    engine: { sip: holder.sip, bindWithinMs: 50 },
    startAfter: Promise.resolve(),
    async onChange(change) {
      changes.push(change)
      if (change.state === 'running') resolve()
      else await holder.close()
    },
  })
  t.after(() => gateway.close())
  const request = {
    attemptId: 'a',
    trunkId: 't',
    to: '+15550001',
    callerId: '',
    ringTimeoutMs: 1000,
    maxDurationMs: 1000,
  }
  await assert.rejects(
    gateway.originate(request),
    (error) => error instanceof NotAdmitted && error.reason === 'voice_down',
  )
  await running
  assert.deepEqual(
    changes.map(({ state }) => state),
    ['failed', 'running'],
  )
  assert.deepEqual(gateway.sip, holder.sip)
})
