import { test } from 'node:test'
import assert from 'node:assert/strict'

import { createLatch } from './latch.ts'

const said = { address: '198.51.100.5', port: 4000 }
const peer = '203.0.113.7'
const unknown = '192.0.2.66'

test('sends to the SDP address until packets arrive, then to their source', () => {
  const latch = createLatch()
  assert.equal(latch.target, null)
  assert.equal(latch.accept(peer, 9000, 0), false, 'nothing was agreed on yet')
  latch.signal(said, peer)
  assert.deepEqual(latch.target, said)
  assert.equal(latch.accept(peer, 53, 0), false, 'no port to send audio to')
  assert.equal(latch.accept(peer, 61000, 0), true)
  assert.deepEqual(latch.target, { address: peer, port: 61000 })
})

test('an unknown sender is never followed, even after a long silence of the other side', () => {
  const latch = createLatch()
  latch.signal(said, peer)
  for (let now = 0; now < 60_000; now += 500) assert.equal(latch.accept(unknown, 666, now), false)
  assert.deepEqual(latch.target, said)
  latch.accept(said.address, said.port, 60_000)
  assert.equal(latch.accept(unknown, 666, 120_000), false)
})

test('an active stream cannot be taken over from another port', () => {
  const latch = createLatch()
  latch.signal(said, peer)
  for (let now = 0; now < 10_000; now += 20) {
    assert.equal(latch.accept(peer, 61000, now), true)
    assert.equal(latch.accept(peer, 61001, now + 6), false)
  }
  assert.deepEqual(latch.target, { address: peer, port: 61000 })
  assert.equal(latch.accept(said.address, said.port, 10_000), true, 'but by what the SDP says it can')
})

test('another port is followed after 2 s of silence, or when the SDP address changes', () => {
  const latch = createLatch()
  latch.signal(said, peer)
  latch.accept(peer, 61000, 0)
  assert.equal(latch.accept(peer, 62000, 2000), false)
  assert.equal(latch.accept(peer, 62000, 2001), true)

  latch.signal(said, peer)
  assert.equal(latch.target!.port, 62000, 'a refresh with the same address changes nothing')
  latch.signal({ ...said, port: 4002 }, peer)
  assert.equal(latch.target!.port, 4002)
  assert.equal(latch.accept(peer, 5004, 2002), true)
})

test('without an allowed address nothing is sent until packets of the SIP peer arrive', () => {
  const latch = createLatch()
  latch.signal(null, peer)
  assert.equal(latch.target, null)
  assert.equal(latch.accept(unknown, 666, 0), false)
  assert.equal(latch.accept(peer, 4000, 0), true)
  assert.deepEqual(latch.target, { address: peer, port: 4000 })
})
