import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotAdmitted } from '@switchboard/voice'
import { createAdmission } from './admission.ts'
import { openTrunkQueue } from './queues.ts'
import { createPacer } from './pacer.ts'

const trunk = {
  workspaceId: 'w',
  maxConcurrentCalls: 10,
  callsPerSecond: 10,
  transferMode: 'bridge',
  usable: true,
} as const

function open() {
  const time = { now: 0 }
  let asked = 0
  const admission = createAdmission({
    clock: { monotonic: () => time.now },
    pollMs: 1_000,
    openTrunks: () => void asked++,
  })
  const trunkQueues = ['one', 'other'].map((id) => openTrunkQueue({ ...trunk, id }, createPacer(100)))
  const [trunkQueue, other] = trunkQueues as [(typeof trunkQueues)[0], (typeof trunkQueues)[0]]
  return { time, admission, trunkQueue, other, asked: () => asked }
}

test('a full engine accepts calls of every trunk queue again as soon as one has ended', () => {
  const { time, admission, trunkQueue, other } = open()
  assert.equal(admission.opensAt(trunkQueue), -Infinity)
  admission.refused(trunkQueue, new NotAdmitted('engine_limit', 1_000))
  assert.deepEqual([admission.opensAt(trunkQueue), admission.opensAt(other)], [1_000, 1_000])
  time.now = 300
  admission.callEnded()
  assert.ok(admission.opensAt(trunkQueue) <= 300 && admission.opensAt(other) <= 300)
})

test('a hundred calls that end at once cause one more request, and a refusal pauses again', () => {
  const { time, admission, trunkQueue } = open()
  admission.refused(trunkQueue, new NotAdmitted('engine_limit', 1_000))
  time.now = 10
  for (let i = 0; i < 100; i++) admission.callEnded()
  assert.equal(admission.opensAt(trunkQueue), 100)
  time.now = 100
  admission.refused(trunkQueue, new NotAdmitted('engine_limit', 1_000))
  assert.equal(admission.opensAt(trunkQueue), 1_100)
})

test('the end of a call does not open a draining gateway or a trunk at its limit', () => {
  const { admission, trunkQueue, other, asked } = open()
  admission.refused(trunkQueue, new NotAdmitted('trunk_limit', 400))
  admission.callEnded()
  assert.deepEqual([admission.opensAt(trunkQueue), admission.opensAt(other)], [400, -Infinity])
  admission.refused(other, new NotAdmitted('trunk_unknown', 0))
  assert.deepEqual([admission.opensAt(other), asked()], [1_000, 1])
  admission.refused(trunkQueue, new NotAdmitted('voice_down', 2_000))
  admission.callEnded()
  assert.equal(admission.opensAt(other), 2_000)
})
