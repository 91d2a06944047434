import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../errors.ts'
import { databaseError, isConnectionBroken } from './errors.ts'

const withCode = (code: string) => Object.assign(new Error('It failed.'), { code })

test('a connection that broke is told apart from a statement that failed', () => {
  for (const code of ['EPIPE', 'ECONNRESET', 'ETIMEDOUT', '57P01', '08006']) {
    assert.ok(isConnectionBroken(withCode(code)), code)
    const error = databaseError(withCode(code))
    assert.ok(error instanceof AppError && error.status === 503, code)
  }
  for (const code of ['23505', 'P0001', 'SB401', '57014']) assert.ok(!isConnectionBroken(withCode(code)), code)
})

test('a reference to something that is not there is a 404 with a plain sentence', () => {
  const error = databaseError(withCode('23503'))
  assert.ok(error instanceof AppError)
  assert.deepEqual(
    [error.status, error.code, error.message],
    [404, 'not_found', 'A record this refers to does not exist.'],
  )
})
