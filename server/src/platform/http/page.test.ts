import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../errors.ts'
import { bareList, byTime, readCursor, readPageQuery, readTimeCursor, toPage, wrapped } from './page.ts'
import { JsonResponse } from './route.ts'

const ids = [
  '019ad000-0000-7000-8000-000000000003',
  '019ad000-0000-7000-8000-000000000002',
  '019ad000-0000-7000-8000-000000000001',
]
const rows = ids.map((id) => ({ id, at: '2026-11-30 09:30:00.123456+00' }))

// Clients store cursors, so their form must not change.
const cursorOfSecond = 'MDE5YWQwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAy'
const timeCursorOfSecond = 'MjAyNi0xMS0zMCAwOTozMDowMC4xMjM0NTYrMDB8MDE5YWQwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAy'

test('a page has a cursor when there are more rows than it shows', () => {
  assert.deepEqual(toPage(rows, 2), { data: rows.slice(0, 2), next_cursor: cursorOfSecond })
  assert.deepEqual(toPage(rows, 3), { data: rows, next_cursor: null })
  assert.deepEqual(toPage([], 3), { data: [], next_cursor: null })
  assert.equal(toPage(rows, 2, byTime).next_cursor, timeCursorOfSecond)
})

test('the cursor of a page names its last row', () => {
  assert.equal(readCursor(cursorOfSecond), ids[1])
  assert.deepEqual(readTimeCursor(timeCursorOfSecond), rows[1])
  assert.deepEqual(readPageQuery({ limit: 51, cursor: cursorOfSecond }), {
    before: ids[1],
    continued: true,
    rows: '201',
  })
  for (const none of [undefined, '']) {
    assert.equal(readCursor(none), null)
    assert.equal(readTimeCursor(none), null)
  }
})

test('a cursor of another list is refused', () => {
  const refused = (error: unknown) =>
    error instanceof AppError && error.status === 400 && error.code === 'invalid_cursor' && error.details?.length === 1
  for (const other of ['x', timeCursorOfSecond]) assert.throws(() => readCursor(other), refused, other)
  for (const other of ['x', cursorOfSecond]) assert.throws(() => readTimeCursor(other), refused, other)
})

test('lists without a cursor in the body have a Link header until the last page', () => {
  const link = { link: `</api/things?limit=2&cursor=${cursorOfSecond}>; rel="next"` }
  const bare = bareList(rows, '/api/things?limit=2', 2)
  assert.ok(bare instanceof JsonResponse)
  assert.deepEqual([bare.body, bare.headers], [rows.slice(0, 2), link])
  const inData = wrapped(toPage(rows, 2), '/api/things?limit=2')
  assert.ok(inData instanceof JsonResponse)
  assert.deepEqual([inData.body, inData.headers], [{ data: rows.slice(0, 2) }, link])
  assert.deepEqual(bareList(rows, '/api/things'), rows)
  assert.deepEqual(wrapped(toPage(rows, 3), '/api/things'), { data: rows })
})
