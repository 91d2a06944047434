import { test } from 'node:test'
import assert from 'node:assert/strict'

import { createLatch } from './latch.ts'

const said = { address: '10.0.0.5', port: 4000 }

test('sends to the SDP address until somebody is heard, then to where they are', () => {
  const latch = createLatch()
  assert.equal(latch.target, null)
  assert.equal(latch.accept('203.0.113.7', 9, 0), false, 'nothing was agreed on yet')
  latch.signal(said)
  assert.deepEqual(latch.target, said)
  assert.equal(latch.accept('203.0.113.7', 0, 0), false, 'no port to answer to')
  assert.equal(latch.accept('203.0.113.7', 61000, 0), true)
  assert.deepEqual(latch.target, { address: '203.0.113.7', port: 61000 })
})

test('a third party cannot take a stream that is alive', () => {
  const latch = createLatch()
  latch.signal(said)
  for (let now = 0; now < 10_000; now += 20) {
    assert.equal(latch.accept('203.0.113.7', 61000, now), true)
    assert.equal(latch.accept('192.0.2.66', 666, now + 5), false)
    assert.equal(latch.accept('203.0.113.7', 61001, now + 6), false)
  }
  assert.deepEqual(latch.target, { address: '203.0.113.7', port: 61000 })
})

test('an intruder who came first gives way to the address of the SDP', () => {
  const latch = createLatch()
  latch.signal(said)
  latch.accept('192.0.2.66', 666, 0)
  assert.equal(latch.accept(said.address, said.port, 20), true)
  assert.deepEqual(latch.target, said)
  assert.equal(latch.accept('192.0.2.66', 666, 40), false)
})

test('another source is followed after 2 s of silence, or when the SDP moves', () => {
  const latch = createLatch()
  latch.signal(said)
  latch.accept('203.0.113.7', 61000, 0)
  assert.equal(latch.accept('203.0.113.7', 62000, 2000), false)
  assert.equal(latch.accept('203.0.113.7', 62000, 2001), true)

  latch.signal(said)
  assert.equal(latch.target!.port, 62000, 'a refresh with the same address changes nothing')
  latch.signal({ ...said, port: 4002 })
  assert.equal(latch.target!.port, 4002)
  assert.equal(latch.accept('203.0.113.9', 5, 2002), true)
})
