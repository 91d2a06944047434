import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { optional } from '../fields.ts'
import { ignoredFieldsHeader, namesOf } from './input-names.ts'
import { camelCase, shapeOf } from './shape.ts'
import { resolveAliases, translate } from './translate.ts'

const Campaign = z.object({
  contact_list_id: optional(z.string()),
  max_concurrent_calls: z.number().default(5),
  key_map: z.record(z.string(), z.string()).optional(),
  calling_hours: z.object({ start_time: z.string() }).nullable().optional(),
  items: z.array(z.object({ product_id: z.string() })).optional(),
})

function read(value: unknown, route: Parameters<typeof namesOf>[0] = {}): { value: unknown; unknown: string[] } {
  const unknown: string[] = []
  return { value: namesOf(route, 'body', Campaign)(value, unknown), unknown }
}

test('the camelCase spelling of a field is accepted at any depth', () => {
  assert.deepEqual(
    read({
      contactListId: 'a',
      callingHours: { startTime: '08:00' },
      items: [{ productId: 'b' }, { product_id: 'c' }],
    }),
    {
      value: {
        contact_list_id: 'a',
        calling_hours: { start_time: '08:00' },
        items: [{ product_id: 'b' }, { product_id: 'c' }],
      },
      unknown: [],
    },
  )
})

test('a field under its own name wins', () => {
  assert.deepEqual(read({ contactListId: 'other', contact_list_id: 'own' }).value, { contact_list_id: 'own' })
})

test('fields that the schema does not know are named by their paths, and names that are data are not', () => {
  const sent = { colour: 1, keyMap: { anyKey: 'transfer' }, items: [{ productId: 'a', weight: 2 }] }
  assert.deepEqual(read(sent).unknown, ['body.colour', 'body.items[0].weight'])
})

test('aliases move a value, also out of another object', () => {
  const accepts = { body: { list: 'contact_list_id', 'schedule.maxConcurrentCalls': 'max_concurrent_calls' } }
  assert.deepEqual(read({ list: 'a', schedule: { maxConcurrentCalls: 3 } }, { accepts }), {
    value: { contact_list_id: 'a', max_concurrent_calls: 3 },
    unknown: [],
  })
  const rest = read({ schedule: { maxConcurrentCalls: 3, timezone: 'x' } }, { accepts })
  assert.deepEqual(rest, {
    value: { max_concurrent_calls: 3, schedule: { timezone: 'x' } },
    unknown: ['body.schedule'],
  })
})

test('fields that mean nothing here are not named when the route says so', () => {
  assert.deepEqual(read({ id: 'camp-1', colour: 1 }, { ignores: { body: ['id'] } }).unknown, ['body.colour'])
})

test('a value without other spellings is returned as it is', () => {
  const value = { contact_list_id: 'a', items: [{ product_id: 'b' }] }
  assert.equal(read(value).value, value)
})

test('unions know the names of all their options, and stay open with a record', () => {
  const either = shapeOf(
    z.union([z.object({ first_name: z.string() }), z.object({ last_name: z.string() }), z.string()]),
  )
  const unknown: string[] = []
  assert.deepEqual(translate(either, { firstName: 'a', lastName: 'b', age: 3 }, 'body', unknown), {
    first_name: 'a',
    last_name: 'b',
    age: 3,
  })
  assert.deepEqual(unknown, ['body.age'])
  const withRecord = shapeOf(z.union([z.object({ first_name: z.string() }), z.record(z.string(), z.string())]))
  translate(withRecord, { age: '3' }, 'body', unknown)
  assert.deepEqual(unknown, ['body.age'])
})

test('whatever is sent, own names are kept, values do not change, and nothing is polluted', () => {
  const names = fc.constantFrom(
    'contactListId',
    'contact_list_id',
    'items',
    'toString',
    'constructor',
    'hasOwnProperty',
    'x',
  )
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(names, fc.string()), fc.jsonValue({ maxDepth: 3 })), (sent) => {
      const before = JSON.stringify(sent)
      const { value } = read(sent)
      assert.equal(JSON.stringify(sent), before)
      const fields = value as Record<string, unknown>
      if (Object.hasOwn(sent, 'contact_list_id')) assert.deepEqual(fields.contact_list_id, sent.contact_list_id)
      else if (Object.hasOwn(sent, 'contactListId')) assert.deepEqual(fields.contact_list_id, sent.contactListId)
      assert.equal(({} as Record<string, unknown>).contact_list_id, undefined)
    }),
  )
})

test('aliases of what is not an object change nothing', () => {
  for (const value of [null, 1, 'a', ['list']]) assert.equal(resolveAliases({ a: 'b' }, value), value)
})

test('the header is visible ASCII, and limited', () => {
  assert.equal(ignoredFieldsHeader(['body.a', 'body.né,x\r\n']), 'body.a, body.n%C3%A9%2Cx%0D%0A')
  const many = ignoredFieldsHeader(Array.from({ length: 10_000 }, (_, i) => `body.field${i}`))
  assert.ok(many.length < 4100)
  assert.match(many, /, and \d+ more$/)
})

test('camelCase', () => {
  assert.equal(camelCase('contact_list_id'), 'contactListId')
  assert.equal(camelCase('line_2_text'), 'line2Text')
})
