import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf, matchingSteps, newSecret, otpauthUri, stepAt, toBase32 } from './totp.ts'

const secret = toBase32(Buffer.from('12345678901234567890'))

test('codes match RFC 6238, appendix B, shortened to six digits', () => {
  const codes: [number, string][] = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ]
  for (const [seconds, code] of codes) assert.equal(codeOf(secret, stepAt(new Date(seconds * 1000))), code)
})

test('a code is valid in its own step, the one before and the one after', () => {
  const step = 41_152_263
  const at = (other: number) => new Date((step + other) * 30_000)
  for (const other of [-1, 0, 1]) assert.deepEqual(matchingSteps(secret, codeOf(secret, step), at(other)), [step])
  for (const other of [-2, 2]) assert.deepEqual(matchingSteps(secret, codeOf(secret, step), at(other)), [])
  assert.deepEqual(matchingSteps(secret, '', at(0)), [])
})

test('a secret has 160 bits, and is in the otpauth URI', () => {
  assert.match(newSecret(), /^[A-Z2-7]{32}$/)
  assert.notEqual(newSecret(), newSecret())
  assert.equal(secret, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  assert.equal(
    otpauthUri(secret, 'ana+1@example.com'),
    `otpauth://totp/Switchboard:ana%2B1%40example.com?secret=${secret}&issuer=Switchboard&algorithm=SHA1&digits=6&period=30`,
  )
})
