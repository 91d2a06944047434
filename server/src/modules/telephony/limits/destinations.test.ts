import assert from 'node:assert/strict'
import { test } from 'node:test'
import { destinationFault } from './destinations.ts'

const anywhere = { allowed_countries: null, blocked_prefixes: [], allow_premium: false }

test('ordinary numbers may be called by default, and expensive ones may not', () => {
  const ordinary = ['+12125550123', '+442079460000', '+498912345678', '+33123456789', '+34912345678', '+390212345678']
  for (const number of [...ordinary, '+15551230009', '+18005550123', '+4915112345678', '+353153012345'])
    assert.equal(destinationFault(number, anywhere), null, number)
  const expensive = [
    '+19001234567',
    '+19002345678',
    '+12129761234',
    '+449012345678',
    '+448431234567',
    '+447012345678',
    '+448712345678',
    '+4990012345',
    '+491371234567',
    '+491801234567',
    '+33891234567',
    '+33825123456',
    '+34807123456',
    '+34902123456',
    '+39899123456',
    '+391991234567',
    '+870773123456',
    '+881612345678',
    '+88213300655',
    '+8835100123456',
    '+97912345678',
    '+80812345678',
    '+2471234',
  ]
  for (const number of expensive) {
    assert.match(destinationFault(number, anywhere) ?? '', /premium-rate, shared-cost, personal or satellite/, number)
    assert.equal(destinationFault(number, { ...anywhere, allow_premium: true }), null, number)
  }
})

test('only allowed countries and no blocked prefixes may be called', () => {
  const rules = { ...anywhere, allowed_countries: ['US', 'GB'], blocked_prefixes: ['4420'] }
  assert.equal(destinationFault('+12125550123', rules), null)
  assert.equal(destinationFault('+441134960000', rules), null)
  assert.match(destinationFault('+442079460000', rules) ?? '', /begins with \+4420/)
  // Jamaica and Canada have the calling code of the United States.
  assert.match(destinationFault('+18765550123', rules) ?? '', /is in JM/)
  assert.match(destinationFault('+14165550123', rules) ?? '', /is in CA/)
  assert.match(destinationFault('+498912345678', rules) ?? '', /is in DE/)
  // What no plan knows counts as a number of the code's main country.
  assert.equal(destinationFault('+15551230009', rules), null)
  assert.match(destinationFault('+80012345678', rules) ?? '', /is in no country/)
})
