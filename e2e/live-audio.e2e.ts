import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createVoiceProcess } from '@switchboard/voice'
import { findInRecording, makeTestSignal, writeWav } from './peers/audio.ts'
import { startBaresip } from './peers/baresip.ts'
import { startKamailio } from './peers/kamailio.ts'
import { startCalledPeople } from './peers/sipp.ts'
import { freePort } from './ports.ts'
import { withScratch } from './scratch.ts'

const listenerFile = new URL('../voice/src/process/echo-listener.ts', import.meta.url)

test('the speech of a caller at baresip goes through a listener process and returns to the caller', () =>
  withScratch('live-audio', async (folder) => {
    const said = makeTestSignal({ seconds: 4, seed: 11 })
    const talkPath = join(folder, 'said.wav')
    await writeWav(talkPath, said)
    await using people = await startCalledPeople({
      folder,
      script: { byNumberEnding: {}, otherwise: { does: 'listen' } },
    })
    await using kamailio = await startKamailio({ folder, pstnPort: people.port })
    await using bob = await startBaresip({
      folder,
      registrar: kamailio,
      user: 'bob',
      password: kamailio.passwordOf('bob'),
      talkPath,
    })
    const from = await freePort(20)
    const gateway = await createVoiceProcess({
      engine: { sip: { host: '127.0.0.1', port: 0 }, rtpPorts: { from, to: from + 19 }, allowPrivate: true },
    })
    const listener = fork(listenerFile, { execArgv: ['--disable-warning=ExperimentalWarning'] })
    try {
      listener.send(await gateway.audioAddress())
      await once(listener, 'message')
      await gateway.upsertTrunk({
        id: 'provider',
        host: kamailio.host,
        port: kamailio.port,
        transport: 'udp',
        username: 'alice',
        password: kamailio.passwordOf('alice'),
        domain: kamailio.realm,
        register: false,
        maxConcurrentCalls: 2,
        callsPerSecond: 10,
        transferMode: 'bridge',
      })
      const request = { attemptId: 'echo', trunkId: 'provider', to: 'bob', callerId: '', ringTimeoutMs: 10_000 }
      const leg = await gateway.originate({ ...request, maxDurationMs: 60_000 })
      const states: string[] = []
      for await (const event of leg.events) {
        if (event.t === 'audio') states.push(event.state)
        if (event.t === 'ended') break
        if (event.t !== 'answered') continue
        await leg.openAudio({ prebufferMs: 60 })
        // Measures only the sound of this call.
        void wait(6_000).then(() => leg.hangup())
      }
      assert.deepEqual(states, ['listening', 'closed'])
      await bob.untilEvent('CALL_CLOSED')
      const [heard] = await bob.heard()
      const { correlation, atSeconds } = findInRecording(said, heard!, 0.5)
      assert.ok(correlation > 0.95, `${correlation} at ${atSeconds} s`)
    } finally {
      await gateway.close()
      listener.disconnect()
    }
  }))
