import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { withScratch } from '../scratch.ts'
import { tally } from '../tally.ts'
import { until } from '../../server/test/until.ts'
import { findInRecording, makeTestSignal, writeMuLaw } from './audio.ts'
import { startBaresip } from './baresip.ts'
import { startKamailio } from './kamailio.ts'
import type { Kamailio } from './kamailio.ts'
import { placeCalls, startCalledPeople } from './sipp.ts'
import type { Script } from './sipp.ts'

const script: Script = {
  byNumberEnding: {
    1: { does: 'press', keys: '1', afterMs: 300 },
    2: { does: 'listen' },
    3: { does: 'hang up', afterMs: 200 },
    4: { does: 'reject', status: 486 },
    5: { does: 'reject', status: 404 },
    6: { does: 'let ring' },
    '0042': { does: 'press', keys: '2*990#', afterMs: 300 },
  },
  otherwise: { does: 'reject', status: 603 },
}

const account = (kamailio: Kamailio, user: string) => ({
  user,
  password: kamailio.passwordOf(user),
  realm: kamailio.realm,
  proxyPort: kamailio.port,
})

test('calls reach people through the digest; the log records who was called, when and how often', () =>
  withScratch('peers', async (folder) => {
    await using people = await startCalledPeople({ folder, script })
    await using kamailio = await startKamailio({ folder, pstnPort: people.port })
    const numbers = ['+15550000001', '+15550000002', '+15550000001']
    await placeCalls({ folder, ...account(kamailio, 'alice'), numbers })
    const calls = await people.calls()
    assert.deepEqual(
      tally(calls, (call) => `${call.number} ${call.status} ${call.endedBy}`),
      { '+15550000001 200 caller': 2, '+15550000002 200 caller': 1 },
    )
    for (const call of calls) assert.ok(call.invitedAt < call.answeredAt! && call.answeredAt! < call.endedAt!)
  }))

test('a call with a wrong password does not reach the phone', () =>
  withScratch('peers', async (folder) => {
    await using people = await startCalledPeople({ folder, script })
    await using kamailio = await startKamailio({ folder, pstnPort: people.port })
    await assert.rejects(
      placeCalls({ folder, ...account(kamailio, 'alice'), password: 'guessed', numbers: ['+15550000002'] }),
      /407/,
    )
    assert.deepEqual(await people.calls(), [])
  }))

test('fifty concurrent calls, each answered by the script of its number', () =>
  withScratch('peers', async (folder) => {
    await using people = await startCalledPeople({ folder, script })
    await using kamailio = await startKamailio({ folder, pstnPort: people.port })
    const numbers = Array.from({ length: 50 }, (_, i) => `+1555000${String(100 + i).padStart(4, '0')}`).map((number) =>
      number.replace(/[03456789]$/, '1'),
    )
    await placeCalls({ folder, ...account(kamailio, 'alice'), numbers, callsPerSecond: 25, talkMs: 2500 })
    assert.deepEqual((await people.calls()).map((call) => call.number).toSorted(), numbers.toSorted())
  }))

test('a second call may have another script, and a callee may hang up early', () =>
  withScratch('peers', async (folder) => {
    const changing: Script = {
      byNumberEnding: {
        8: [
          { does: 'reject', status: 486 },
          { does: 'press', keys: '1' },
        ],
      },
      otherwise: { does: 'listen' },
    }
    await using people = await startCalledPeople({ folder, script: changing })
    await using kamailio = await startKamailio({ folder, pstnPort: people.port })
    const place = (number: string) =>
      placeCalls({ folder, ...account(kamailio, 'alice'), numbers: [number], talkMs: 200 })
    await assert.rejects(place('+15550000018'), /486/)
    await place('+15550000018')
    await assert.rejects(place('+15550000028'), /486/)
    await place('+15550000018')
    assert.deepEqual(
      tally(await people.calls(), (call) => `${call.number} ${call.status} ${call.endedBy}`),
      {
        '+15550000018 486 undefined': 1,
        '+15550000018 200 caller': 2,
        '+15550000028 486 undefined': 1,
      },
    )
  }))

test('a softphone dials: keys and speech arrive, refusals carry their status, a cancelled call ends with 487', () =>
  withScratch('peers', async (folder) => {
    const speech = makeTestSignal({ seconds: 3, seed: 5 })
    const talkPath = join(folder, 'speech.ul')
    await writeMuLaw(talkPath, speech)
    const talking: Script = {
      ...script,
      byNumberEnding: { ...script.byNumberEnding, 1: { does: 'press', keys: '1', afterMs: 300, talkPath } },
    }
    await using people = await startCalledPeople({ folder, script: talking })
    await using kamailio = await startKamailio({ folder, pstnPort: people.port })
    await using bob = await startBaresip({
      folder,
      registrar: kamailio,
      user: 'bob',
      password: kamailio.passwordOf('bob'),
    })
    const dial = (number: string) => bob.dial(`sip:${number}@${kamailio.host}:${kamailio.port}`)

    await dial('+15550000001')
    assert.equal((await bob.untilEvent('CALL_DTMF_START')).param, '1')
    await until('the speech is heard', async () => findInRecording(speech, (await bob.heard())[0]!).correlation > 0.99)
    await bob.hangUp()
    await bob.untilEvent('CALL_CLOSED')

    await dial('+15559990042')
    for (const key of '2*990#') assert.equal((await bob.untilEvent('CALL_DTMF_START')).param, key)
    await bob.hangUp()
    await bob.untilEvent('CALL_CLOSED')

    const reasons: [string, string][] = [
      ['+15550000003', 'Connection reset by peer'],
      ['+15550000004', '486 Busy Here'],
      ['+15550000005', '404 Not Found'],
      ['+15550000007', '603 Decline'],
      ['4865550000', '486 Busy Here'],
      ['404', '404 Not Found'],
      ['+503', '503 Service Unavailable'],
    ]
    for (const [number, reason] of reasons) {
      await dial(number)
      assert.equal((await bob.untilEvent('CALL_CLOSED')).param, reason)
    }

    for (const target of [kamailio, people]) {
      const before = (await people.calls()).length
      await bob.dial(`sip:+15550000006@127.0.0.1:${target.port}`)
      await until('it rings', async () => (await people.calls()).length > before)
      await bob.hangUp()
      await until('the call is cancelled', async () => (await people.calls()).at(-1)?.status === 487)
    }
    const seen = (await people.calls()).map((call) => [call.number.at(-1), call.status, call.endedBy])
    assert.deepEqual(seen, [
      ['1', 200, 'caller'],
      ['2', 200, 'caller'],
      ['3', 200, 'callee'],
      ['4', 486, undefined],
      ['5', 404, undefined],
      ['7', 603, undefined],
      ['6', 487, undefined],
      ['6', 487, undefined],
    ])
  }))

test('a softphone is called by its name, hears the caller, and is reached again after a restart of the provider', () =>
  withScratch('peers', async (folder) => {
    const speech = makeTestSignal({ seconds: 3, seed: 5 })
    const talkPath = join(folder, 'speech.ul')
    await writeMuLaw(talkPath, speech)
    await using people = await startCalledPeople({ folder, script })
    await using kamailio = await startKamailio({ folder, pstnPort: people.port })
    await using bob = await startBaresip({
      folder,
      registrar: kamailio,
      user: 'bob',
      password: kamailio.passwordOf('bob'),
    })

    await placeCalls({ folder, ...account(kamailio, 'alice'), numbers: ['bob'], talkPath, talkMs: 3000 })
    const [heard] = await bob.heard()
    assert.ok(findInRecording(speech, heard!).correlation > 0.99)
    assert.ok(findInRecording(makeTestSignal({ seconds: 3, seed: 6 }), heard!).correlation < 0.2)

    await kamailio.restart()
    bob.forgetEvents()
    await bob.untilEvent('REGISTER_OK', 15_000)
    await placeCalls({
      folder,
      ...account(kamailio, 'alice'),
      numbers: ['bob', '+15550000002'],
      talkPath,
      talkMs: 1000,
    })
    assert.equal((await bob.heard()).length, 2)
    assert.deepEqual(
      (await people.calls()).map((call) => call.number),
      ['+15550000002'],
    )
  }))
