import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../errors.ts'
import { parseJson } from './json.ts'

/** The code of the refusal and the field it names. */
function refusal(body: string): string {
  try {
    parseJson(Buffer.from(body))
  } catch (error) {
    assert.ok(error instanceof AppError && error.status === 400)
    return [error.code, error.details?.[0]?.path].filter(Boolean).join(' ')
  }
  return 'none'
}

test('depth is the depth of nesting, not the number of brackets', () => {
  assert.equal(refusal(`[${'[],'.repeat(1_000)}[]]`), 'none')
  assert.equal(refusal('['.repeat(32) + ']'.repeat(32)), 'none')
  assert.equal(refusal('['.repeat(33) + ']'.repeat(33)), 'too_deep')
  assert.equal(refusal('{"a":'.repeat(33) + '1' + '}'.repeat(33)), 'too_deep')
  assert.equal(refusal(JSON.stringify('['.repeat(100) + '"\\",{'.repeat(100))), 'none')
})

test('what is too deep or too much is refused by its text, before it is parsed', () => {
  // Neither is JSON: a parser would say so.
  assert.equal(refusal('['.repeat(500_000)), 'too_deep')
  assert.equal(refusal('[],'.repeat(300_000)), 'too_many_values')
  assert.equal(refusal('['), 'malformed_json')
  assert.equal(refusal('"\\'), 'malformed_json')
})

test('keys that attack prototypes and text that cannot be stored are reported with their path', () => {
  assert.equal(refusal('{"a":[0,{"__proto__":{}}]}'), 'forbidden_key body.a[1].__proto__')
  assert.equal(refusal('{"\\u005f_proto__":1}'), 'forbidden_key body.__proto__')
  assert.equal(refusal('{"constructor":{"prototype":{}}}'), 'forbidden_key body.constructor')
  assert.equal(refusal('{"constructor":"Gaudí","prototype":1}'), 'none')
  assert.equal(refusal('{"a":{"b":["x","\\u0000"]}}'), 'invalid_text body.a.b[1]')
  assert.equal(refusal('{"a":{"\\ud800":1}}'), 'invalid_text body.a.\ud800')
  assert.equal(refusal('"\\ud83d\\ude00"'), 'none')
})
