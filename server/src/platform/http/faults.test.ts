import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { id, instant, optional, page, text } from './fields.ts'
import { validate } from './parse.ts'

const order = z.object({
  name: text(10),
  quantity: z.int().min(1),
  tags: z.array(text(5)).max(2),
  status: z.enum(['pending', 'paid']),
  paid: z.boolean(),
  contact_id: id,
  at: instant,
  colour: optional(z.string().regex(/^#/, 'A colour begins with #.')),
})
const right = {
  name: 'Chair',
  quantity: 1,
  tags: [],
  status: 'paid',
  paid: true,
  contact_id: '01930000-0000-7000-8000-000000000001',
  at: '2026-01-31T09:30:00Z',
}

function faultsOf(schema: z.ZodType, value: unknown, part: 'body' | 'query' = 'body') {
  try {
    validate(schema, value, part)
  } catch (error) {
    assert.ok(error instanceof AppError)
    const [first] = error.details!
    assert.equal(error.message, `${first!.path}: ${first!.message}`)
    return Object.fromEntries(error.details!.map(({ path, message }) => [path, message]))
  }
  return {}
}

test('what is wrong with a field is said in words for people', () => {
  assert.deepEqual(faultsOf(order, right), {})
  assert.deepEqual(faultsOf(order, {}), {
    'body.name': 'This is missing.',
    'body.quantity': 'This is missing.',
    'body.tags': 'This is missing.',
    'body.status': 'This is missing.',
    'body.paid': 'This is missing.',
    'body.contact_id': 'This is missing.',
    'body.at': 'This is missing.',
  })
  const wrong = {
    name: 5,
    quantity: 1.5,
    tags: 7,
    status: 'open',
    paid: 'yes',
    contact_id: '7',
    at: 'now',
    colour: 'red',
  }
  assert.deepEqual(faultsOf(order, wrong), {
    'body.name': 'Give a text.',
    'body.quantity': 'Give a whole number.',
    'body.tags': 'Give a list.',
    'body.status': 'Give one of: pending, paid.',
    'body.paid': 'Give true or false.',
    'body.contact_id': 'This is not an id.',
    'body.at': 'Give a time in ISO 8601, like 2026-01-31T09:30:00Z.',
    'body.colour': 'A colour begins with #.',
  })
  assert.deepEqual(faultsOf(order, { ...right, name: ' ', quantity: 0, tags: ['a', 'b', 'c'] }), {
    'body.name': 'This must not be empty.',
    'body.quantity': 'Give at least 1.',
    'body.tags': 'Give at most 2 items.',
  })
  assert.deepEqual(faultsOf(order, { ...right, name: 'A long chair' }), { 'body.name': 'Give at most 10 characters.' })
  assert.deepEqual(faultsOf(order, null), { body: 'This is missing.' })
  assert.deepEqual(faultsOf(order, []), { body: 'Give an object.' })
  assert.deepEqual(faultsOf(order, { ...right, name: null }), { 'body.name': 'This is missing.' })
  assert.deepEqual(faultsOf(z.strictObject({}), { ten: 1 }), { body: 'Not known here: ten.' })
  const many = faultsOf(z.strictObject({}), Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`k${i}`, 1])))
  assert.match(many['body'] ?? '', /^Not known here: k0, k1, .* and 29990 more\.$/)
  assert.deepEqual(faultsOf(page(), { limit: 'many' }, 'query'), { 'query.limit': 'Give a number.' })
})

test('what fits none of several forms is said to have the wrong one, unless the schema says it better', () => {
  const thing = z.object({
    either: z.union([z.number(), z.boolean()]),
    reference: z.union([id, z.string().regex(/^\d+$/)], 'Give an id or a number.'),
  })
  assert.deepEqual(faultsOf(thing, {}), {
    'body.either': 'This is missing.',
    'body.reference': 'Give an id or a number.',
  })
  assert.deepEqual(faultsOf(thing, { either: 'no', reference: 'x' }), {
    'body.either': 'This does not have the right form.',
    'body.reference': 'Give an id or a number.',
  })
})
