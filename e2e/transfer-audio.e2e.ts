import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { findInRecording, makeTestSignal, writeMuLaw, writeWav } from './peers/audio.ts'
import type { Script } from './peers/sipp.ts'
import { withFixture } from './fixture.ts'
import type { Fixture } from './fixture.ts'

const transferNumber = '+14155550100'
const contactNumber = '+14155550011'
/** The minimum correlation of the same sound. G.711 alone costs a few thousandths. */
const sameSound = 0.99

const greeting = makeTestSignal({ seconds: 3, seed: 3 })

/** Calls one number; a contact who presses 1 is connected to the transfer number. */
async function callOne({ folder, customer, account }: Fixture, number: string): Promise<string> {
  await customer.addTransferNumber(transferNumber)
  await customer.addProvider(account)
  const campaignId = await customer.createCampaign({
    contact_list_id: await customer.importContacts([number]),
    greeting_file_id: await customer.uploadGreeting(greeting, folder),
    transfer_number: transferNumber,
  })
  await customer.act(campaignId, 'start')
  return campaignId
}

const pressing1 = (more: { talkPath: string; talkMs: number }): Script => ({
  byNumberEnding: {},
  otherwise: { does: 'press', keys: '1', ...more },
})

test('a contact who answers hears the whole greeting', () =>
  withFixture(
    { name: 'greeting', databaseUrl: null, script: { byNumberEnding: {}, otherwise: { does: 'listen' } } },
    async (fixture) => {
      await using contact = await fixture.startPhone(contactNumber)
      const campaignId = await callOne(fixture, contactNumber)
      await contact.untilEvent('CALL_CLOSED', 40_000) // the greeting, then ten seconds for a key
      await fixture.customer.untilCompleted(campaignId, 10_000)

      const [heard] = await contact.heard()
      const parts = [greeting.subarray(0, 8000), greeting.subarray(8000, 16_000), greeting.subarray(16_000)]
      const matches = parts.map((part) => findInRecording(part, heard!))
      for (const { correlation } of matches) assert.ok(correlation >= sameSound, `Correlation ${correlation}`)
      const [first, second, third] = matches.map(({ atSeconds }) => Math.round(atSeconds * 8000))
      assert.deepEqual(
        [second! - first!, third! - second!],
        [8000, 8000],
        'The greeting is whole, nothing lost or doubled.',
      )
    },
  ))

test('the person at the transfer number hears the contact', () => {
  const speech = makeTestSignal({ seconds: 4, seed: 5 })
  const script = async (folder: string) => {
    const talkPath = join(folder, 'speech.ul')
    await writeMuLaw(talkPath, speech)
    return pressing1({ talkPath, talkMs: 6000 })
  }
  return withFixture({ name: 'transfer', databaseUrl: null, script }, async (fixture) => {
    await using sales = await fixture.startPhone(transferNumber)
    const campaignId = await callOne(fixture, contactNumber)
    await sales.untilEvent('CALL_CLOSED', 30_000)
    await fixture.customer.untilCompleted(campaignId, 10_000)

    const [heard] = await sales.heard()
    const { correlation } = findInRecording(speech, heard!)
    assert.ok(correlation >= sameSound, `Correlation ${correlation}`)
    assert.ok(
      findInRecording(makeTestSignal({ seconds: 4, seed: 6 }), heard!).correlation < 0.2,
      'Another sound is not found.',
    )
  })
})

test('the contact hears the person at the transfer number: an echo brings it back', () =>
  withFixture(
    { name: 'echo', databaseUrl: null, script: pressing1({ talkPath: 'echo', talkMs: 6000 }) },
    async (fixture) => {
      const talk = makeTestSignal({ seconds: 5, seed: 7 })
      const talkPath = join(fixture.folder, 'talk.wav')
      await writeWav(talkPath, talk)
      await using sales = await fixture.startPhone(transferNumber, talkPath)
      const campaignId = await callOne(fixture, contactNumber)
      await sales.untilEvent('CALL_CLOSED', 30_000)
      await fixture.customer.untilCompleted(campaignId, 10_000)

      const [heard] = await sales.heard()
      const { correlation } = findInRecording(talk, heard!)
      assert.ok(correlation >= sameSound, `Correlation ${correlation}`)
    },
  ))
