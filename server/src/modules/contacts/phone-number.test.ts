import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parsePhoneNumberWithError } from 'libphonenumber-js/max'
import { parsePhoneNumber } from './phone-number.ts'

test('numbers are parsed in the usual spellings', () => {
  const read = (typed: string, country = 'US') => {
    const number = parsePhoneNumber(typed, country)
    return number.ok ? number.e164 : number.reason
  }
  assert.equal(read(' (415) 555-0100 '), '+14155550100')
  assert.equal(read('020 7946 0958', 'GB'), '+442079460958')
  assert.equal(read('0044 20 7946 0958'), '+442079460958')
  assert.equal(read('+1 415 555 0100'), '+14155550100')
  assert.match(read('+1415555010'), /not a possible telephone number/)
  assert.match(read('call me'), /not a telephone number/)
})

test('the fast path for North American numbers gives the result of the full parser', () => {
  const digits = fc.stringMatching(/^\d{9,11}$/)
  fc.assert(
    fc.property(digits, (rest) => {
      const typed = `+1${rest}`
      const short = parsePhoneNumber(typed, 'US')
      let long
      try {
        const number = parsePhoneNumberWithError(typed, { defaultCountry: 'US', extract: false })
        long = number.isPossible() ? number.number : undefined
      } catch {
        long = undefined
      }
      assert.equal(short.ok ? short.e164 : undefined, long)
    }),
    { numRuns: 2000 },
  )
})
