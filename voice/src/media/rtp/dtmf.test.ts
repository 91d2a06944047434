import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'

import { createDtmfReceiver, createDtmfSender } from './dtmf.ts'

interface Sent {
  payload: Buffer
  timestamp: number
  marker: boolean
}

/** The packets of the keys; null where no packet is sent. */
function send(text: string, from = 1000): (Sent | null)[] {
  const sender = createDtmfSender()
  void sender.press(text)
  const packets: (Sent | null)[] = []
  for (let timestamp = from; sender.busy; timestamp = (timestamp + 160) >>> 0) {
    const frame = sender.next(timestamp)
    packets.push(frame && { ...frame, payload: Buffer.from(frame.payload) })
  }
  return packets
}

function hear(packets: Sent[]): string {
  const receiver = createDtmfReceiver()
  return packets.map(({ payload, timestamp }) => receiver.receive(payload, timestamp) ?? '').join('')
}

const present = (packets: (Sent | null)[]) => packets.filter((packet) => packet !== null)
const keys = fc.string({
  unit: fc.constantFrom(...Array.from('0123456789*#ABCD')),
  minLength: 1,
  maxLength: 8,
})

test('a key is 100 ms growing by 160, ended three times, then a pause', () => {
  const packets = send('5')
  assert.equal(packets.length, 8)
  assert.deepEqual(
    packets.map((packet) => packet && [packet.payload[0], packet.payload[1]! >> 7, packet.payload.readUInt16BE(2)]),
    [[5, 0, 160], [5, 0, 320], [5, 0, 480], [5, 0, 640], [5, 1, 800], [5, 1, 800], [5, 1, 800], null],
  )
  assert.ok(present(packets).every(({ timestamp }) => timestamp === 1000))
  assert.deepEqual(
    present(packets).map(({ marker }) => marker),
    [true, false, false, false, false, false, false],
  )
})

test('sent keys are received, across the wrap of the timestamp', () => {
  fc.assert(
    fc.property(keys, fc.integer({ min: 0, max: 0xffffffff }), (text, from) =>
      assert.equal(hear(present(send(text, from))), text),
    ),
  )
})

test('duplicates, local reordering and the loss of all but one packet of each key change nothing', () => {
  fc.assert(
    fc.property(keys, fc.infiniteStream(fc.nat(6)), (text, chance) => {
      const byKey = Map.groupBy(present(send(text)), ({ timestamp }) => timestamp)
      const arriving = [...byKey.values()].flatMap((packets) => {
        const kept = packets.filter((_, i) => i === 0 || chance.next().value > 2)
        const shuffled = kept.toSorted(() => chance.next().value - 3)
        return [...shuffled, shuffled[0]!]
      })
      assert.equal(hear(arriving), text)
    }),
  )
})

test('a late packet of the last key is not a new key', () => {
  const [one, two] = Map.groupBy(present(send('12')), ({ timestamp }) => timestamp).values()
  assert.equal(hear([one![0]!, two![0]!, one![5]!, two![1]!]), '12')
})

test('a press of many seconds in several segments is one key', () => {
  const packet = (timestamp: number, duration: number, end = false) => ({
    payload: Buffer.from([7, end ? 0x8a : 0x0a, duration >> 8, duration & 0xff]),
    timestamp,
    marker: false,
  })
  assert.equal(hear([packet(0, 160), packet(0, 0xffff), packet(0xffff, 160), packet(0xffff, 800, true)]), '7')
  assert.equal(hear([packet(0, 160), packet(0, 320, true), packet(320, 160)]), '77')
})

test('flash, short payloads and other letters are not keys', async () => {
  const receiver = createDtmfReceiver()
  assert.equal(receiver.receive(Buffer.from([16, 10, 0, 160]), 1), null)
  assert.equal(receiver.receive(Buffer.from([1, 10]), 2), null)
  assert.throws(() => createDtmfSender().press('1x'), /"X" is not a DTMF key/)
})

test('the promise resolves after the pause', async () => {
  const sender = createDtmfSender()
  let isDone = false
  const pressed = sender.press('1').then(() => (isDone = true))
  for (let i = 0; i < 7; i++) sender.next(i)
  await Promise.resolve()
  assert.equal(isDone, false)
  sender.next(7)
  await pressed
  assert.equal(sender.busy, false)
})
