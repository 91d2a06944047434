import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseCallerId } from './caller-ids.ts'

const newYork = ['+12125550100', '+12125550101']
const [losAngeles, london, leeds] = ['+13105550100', '+442079460100', '+441134960100'] as const
const all = [...newYork, losAngeles, london, leeds]

const shown = (callerIds: string[], called: string, turns = 6) =>
  Array.from({ length: turns }, (_, turn) => chooseCallerId(callerIds, called, null, turn))

test('caller ids rotate: those of the called area first, else of the country, else all', () => {
  assert.deepEqual(shown(all, '+12125559999', 4), [...newYork, ...newYork])
  assert.deepEqual(shown(all, '+13105559999', 2), [losAngeles, losAngeles])
  assert.deepEqual(shown(all, '+442071230000', 2), [london, london])
  assert.deepEqual(shown(all, '+13055559999', 3), [...newYork, losAngeles], 'Miami: any of the United States')
  assert.deepEqual(shown(all, '+498912345678', 5), all, 'Munich: any')
})

test('a contact sees the same caller id again while the provider has it', () => {
  assert.equal(chooseCallerId(all, '+12125559999', leeds, 3), leeds)
  assert.equal(chooseCallerId(newYork, '+12125559999', leeds, 1), newYork[1])
})

test('user names rotate too; without caller ids the carrier decides', () => {
  assert.deepEqual(shown(['reception', 'sales'], '+12125559999', 2), ['reception', 'sales'])
  assert.equal(chooseCallerId([], '+12125559999', null, 0), '')
})
