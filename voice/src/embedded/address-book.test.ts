import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAddressBook } from './address-book.ts'

test('several owners may share an address; an owner that moved is found only at its new address', () => {
  const book = createAddressBook<string>()
  book.set('a', ['192.0.2.1', '192.0.2.2'])
  book.set('b', ['192.0.2.1'])
  assert.deepEqual([...book.at('192.0.2.1')], ['a', 'b'])
  book.set('a', ['192.0.2.3'])
  assert.deepEqual([...book.at('192.0.2.1')], ['b'])
  assert.equal(book.at('192.0.2.2').size, 0)
  book.remove('b')
  assert.equal(book.at('192.0.2.1').size, 0)
  assert.deepEqual([...book.at('192.0.2.3')], ['a'])
})
