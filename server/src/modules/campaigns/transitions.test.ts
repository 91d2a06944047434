import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CampaignStatus, statuses } from './schema.ts'
import { type CampaignAction, actions, transitions } from './transitions.ts'

// Every status × every action, as the contract draws it: pending → active ⇄ paused → completed, and stopped.
const expected: Record<CampaignStatus, Record<CampaignAction, CampaignStatus | 'refused'>> = {
  pending: { start: 'active', pause: 'refused', resume: 'refused', stop: 'refused', complete: 'refused' },
  active: { start: 'active', pause: 'paused', resume: 'active', stop: 'stopped', complete: 'completed' },
  paused: { start: 'refused', pause: 'paused', resume: 'active', stop: 'stopped', complete: 'completed' },
  completed: { start: 'refused', pause: 'refused', resume: 'refused', stop: 'refused', complete: 'completed' },
  stopped: { start: 'refused', pause: 'refused', resume: 'refused', stop: 'stopped', complete: 'refused' },
}

for (const from of statuses) {
  for (const action of actions) {
    test(`${action} a campaign that is ${from}: ${expected[from][action]}`, () => {
      assert.equal(transitions[from][action] ?? 'refused', expected[from][action])
    })
  }
}

test('repeating an action has no effect, and final statuses have no exit', () => {
  fc.assert(
    fc.property(fc.constantFrom(...statuses), fc.array(fc.constantFrom(...actions)), (start, path) => {
      let status = start
      for (const action of path) {
        const next = transitions[status][action]
        if (!next) continue
        assert.equal(transitions[next][action], next)
        if (status === 'completed' || status === 'stopped') assert.equal(next, status)
        status = next
      }
    }),
  )
})
