import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createClient } from '@supabase/supabase-js'
import fc from 'fast-check'
import { AppError } from '../../../platform/errors.ts'
import type { Test } from './filters.ts'
import { byTerms, isLike, matches } from './matches.ts'
import { contentRange, readPreferences } from './preferences.ts'
import { type Query, parseQuery } from './query.ts'
import { parseSelect } from './select.ts'

/** Returns the query that postgrest-js sends for what `build` asks of the table `t`. */
// oxlint-disable-next-line no-explicit-any -- the client's builders are typed by a schema, which tests have not.
async function sent(build: (table: any) => PromiseLike<unknown>): Promise<Query> {
  let search = ''
  const fetch = (url: string) => {
    search = new URL(url).search.slice(1)
    return Promise.resolve(new Response('[]', { headers: { 'content-type': 'application/json' } }))
  }
  await build(createClient('http://self', 'anon', { global: { fetch: fetch as never } }).from('t'))
  return parseQuery(search)
}

describe('select', () => {
  test('reads columns, aliases, embedded tables and counts', () => {
    assert.deepEqual(
      parseSelect('id, total:total_calls, lists:contact_lists!inner(name, items:contact_list_items(count)), *'),
      [
        { kind: 'column', name: 'id', alias: 'id' },
        { kind: 'column', name: 'total_calls', alias: 'total' },
        {
          kind: 'embed',
          relation: 'contact_lists',
          alias: 'lists',
          isInner: true,
          select: [
            { kind: 'column', name: 'name', alias: 'name' },
            {
              kind: 'embed',
              relation: 'contact_list_items',
              alias: 'items',
              isInner: false,
              select: [{ kind: 'column', name: 'count', alias: 'count' }],
            },
          ],
        },
        { kind: 'all' },
      ],
    )
    assert.deepEqual(parseSelect(''), [{ kind: 'all' }])
    assert.deepEqual(parseSelect('n:count()'), [{ kind: 'count', alias: 'n' }])
  })

  test('refuses what is not supported, with a hint', () => {
    for (const text of ['a::text', 'a->b', '...a(b)', 'a(', 'a)', 'a(b(c(d(e(f)))))', ',a', 'price.sum()'])
      assert.throws(() => parseSelect(text), AppError, text)
  })

  test('ends with a tree or a 400 for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab,:!()*". '), maxLength: 60 }), (text) => {
        try {
          parseSelect(text)
        } catch (error) {
          assert.ok(error instanceof AppError && error.status === 400, String(error))
        }
      }),
    )
  })
})

const words = fc.string({
  unit: fc.constantFrom('a', 'b', ',', '.', '(', ')', '"', '\\', ' ', '%', '*', ':', 'ü'),
  maxLength: 8,
})

describe('filters, as postgrest-js sends them', () => {
  test('a value comes back as it was, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(words, words, async (a, b) => {
        // The client does not escape quotes in a list.
        const listed = [a, b].filter((text) => text !== '' && !/["\\]/.test(text))
        const query = await sent((t) => t.select().eq('x', a).neq('z', b).in('y', listed))
        const [eq, neq, isIn] = query.filters
        assert.deepEqual(eq, { kind: 'test', column: 'x', operator: 'eq', values: [a], negated: false })
        assert.deepEqual(neq, { kind: 'test', column: 'z', operator: 'neq', values: [b], negated: false })
        assert.ok(isIn?.kind === 'test')
        assert.deepEqual(new Set(isIn.values), new Set(listed))
      }),
      { numRuns: 200 },
    )
  })

  test('all operators, groups, negation, order and range', async () => {
    const query = await sent((t) =>
      t
        .select('a,b(c)')
        .gt('n', 1)
        .gte('n', 2)
        .lt('n', 3)
        .lte('n', 4)
        .like('s', 'a%')
        .ilike('s', '%B')
        .is('d', null)
        .not('s', 'eq', 'x')
        .or('a.eq.1,and(b.gt.2,not.or(c.is.null,d.in.(1,2)))')
        .eq('b.c', 5)
        .order('n', { ascending: false })
        .order('s', { nullsFirst: true })
        .range(10, 19),
    )
    assert.equal(query.filters.length, 9)
    assert.deepEqual(query.order, [
      { column: 'n', descending: true, nullsFirst: true },
      { column: 's', descending: false, nullsFirst: true },
    ])
    assert.deepEqual([query.offset, query.limit], [10, 10])
    assert.equal(query.embedded.get('b')?.filters.length, 1)
    assert.ok(matches({ a: 0, b: 3, c: 1, d: 5 }, query.filters[8] as never))
    // What is unknown is not true, negated or not.
    assert.ok(!matches({ a: 0, b: 3, c: 1, d: null }, query.filters[8] as never))
  })

  test('other operators are refused by name', async () => {
    for (const build of [
      (t: never) =>
        (t as { select(): { textSearch(a: string, b: string): PromiseLike<unknown> } }).select().textSearch('a', 'b'),
      (t: never) =>
        (t as { select(): { contains(a: string, b: string[]): PromiseLike<unknown> } }).select().contains('a', ['b']),
    ])
      await assert.rejects(sent(build as never), /is not supported/)
  })
})

describe('matching', () => {
  test('equality and its negation part all rows but those with null, as in SQL', () => {
    fc.assert(
      fc.property(fc.option(fc.oneof(fc.integer(), fc.boolean(), words)), words, (value, given) => {
        const test: Omit<Test, 'negated'> = { kind: 'test', column: 'x', operator: 'eq', values: [given] }
        const is = matches({ x: value }, { ...test, negated: false })
        const isNot = matches({ x: value }, { ...test, negated: true })
        assert.equal(Number(is) + Number(isNot), value === null ? 0 : 1)
      }),
    )
  })

  test('LIKE is what the same regular expression says', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '%', '_', '*'), maxLength: 8 }),
        (text, pattern) => {
          const expected = new RegExp(`^${pattern.replace(/[%*]/g, '.*').replace(/_/g, '.')}$`, 's')
          assert.equal(isLike(text, pattern), expected.test(text), `${text} like ${pattern}`)
        },
      ),
    )
  })

  test('LIKE of a hostile pattern takes no time', () => {
    const before = performance.now()
    isLike('a'.repeat(20_000), `${'%a'.repeat(40)}%b`)
    assert.ok(performance.now() - before < 2000)
  })

  test('order is total, and nulls stand where SQL puts them', () => {
    const rows = [{ x: 2 }, { x: null }, { x: 1 }]
    const sorted = (descending: boolean) =>
      rows.toSorted(byTerms([{ column: 'x', descending, nullsFirst: descending }])).map(({ x }) => x)
    assert.deepEqual(sorted(false), [1, 2, null])
    assert.deepEqual(sorted(true), [null, 2, 1])
  })

  test('times compare as times, whatever their form', () => {
    const row = { at: '2026-11-30T10:00:00.000Z' }
    const test = (operator: 'eq' | 'gt', value: string) =>
      matches(row, { kind: 'test', column: 'at', operator, values: [value], negated: false })
    assert.ok(test('eq', '2026-11-30T11:00:00+01:00'))
    assert.ok(test('gt', '2026-11-30'))
  })
})

test('headers are read as PostgREST does', () => {
  const read = readPreferences({
    prefer: 'count=exact, return=representation,resolution=merge-duplicates',
    range: '5-9',
  })
  assert.deepEqual(read, {
    isSingle: false,
    returns: 'representation',
    wantsCount: true,
    resolution: 'merge-duplicates',
    range: { from: 5, to: 9 },
  })
  assert.ok(readPreferences({ accept: 'application/vnd.pgrst.object+json' }).isSingle)
  assert.throws(() => readPreferences({ accept: 'text/csv' }), /JSON/)
  assert.throws(() => readPreferences({ 'accept-profile': 'auth' }), /public/)
  assert.equal(contentRange(10, 5, 42), '10-14/42')
  assert.equal(contentRange(0, 0, undefined), '*/*')
})
