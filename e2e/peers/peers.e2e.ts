import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { withScratch } from '../scratch.ts'
import { findInRecording, makeTestSignal, writeMuLaw } from './audio.ts'
import { startBaresip } from './baresip.ts'
import { startKamailio } from './kamailio.ts'
import { placeCalls, startCalledPeople } from './sipp.ts'
import type { Script } from './sipp.ts'

const script: Script = { byNumberEnding: { 1: { does: 'press', key: '1' }, 2: { does: 'listen' } }, otherwise: { does: 'listen' } }

test('calls go through the provider with digest, and the log tells who was called, when and how often', () =>
  withScratch('peers', async (folder) => {
    await using people = await startCalledPeople({ folder, script })
    await using kamailio = await startKamailio({ folder, pstnPort: people.port })
    const numbers = ['+15550000001', '+15550000002', '+15550000001']
    await placeCalls({ folder, proxyPort: kamailio.port, realm: kamailio.realm, user: 'alice', password: kamailio.passwordOf('alice'), numbers, talkMs: 1500 })
    const calls = await people.calls()
    assert.deepEqual(calls.map((call) => call.number).toSorted(), numbers.toSorted())
    for (const call of calls) {
      assert.deepEqual([call.status, call.endedBy], [200, 'caller'])
      assert.ok(call.invitedAt < call.answeredAt! && call.answeredAt! < call.endedAt!)
    }
  }))
