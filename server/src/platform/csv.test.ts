import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { toCell, toCsvLine } from './csv.ts'

test('a name that looks like a formula is no formula in a CSV file', () => {
  assert.equal(toCell('=HYPERLINK("http://evil.example")'), `"'=HYPERLINK(""http://evil.example"")"`)
  assert.equal(toCell('@SUM(A1)'), "'@SUM(A1)")
  assert.equal(toCell('-2+3'), "'-2+3")
  assert.equal(toCell('\t=1'), "'\t=1")
  for (const sign of '＝＋－＠﹦﹢﹣﹫') assert.equal(toCell(`${sign}1+1`), `'${sign}1+1`)
  assert.equal(toCell(-2), '-2', 'a number is not a formula')
})

test('telephone numbers keep their plus', () => {
  assert.equal(toCell('+15551234567'), '+15551234567')
  assert.equal(toCell('+1+cmd'), "'+1+cmd")
})

test('whatever is in a cell can be read back from the CSV, apart from the apostrophe', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 5 }), (values) => {
      const [row] = parse(toCsvLine(values), { relax_column_count: true }) as [string[]]
      assert.deepEqual(
        row,
        values.map((value) =>
          /^[=+\-@\t\r\n＝＋－＠﹦﹢﹣﹫]/.test(value) && !/^\+\d+$/.test(value) ? `'${value}` : value,
        ),
      )
    }),
  )
})
