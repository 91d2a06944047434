import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeTables } from '../src/modules.ts'
import type { JsonSchema } from '../src/platform/http/reference/json-schema.ts'
import { openApiDocument } from '../src/platform/http/reference/openapi.ts'

// Every field and parameter of the API says in words what it is: `.describe('…')` in the module's schema.

const document = openApiDocument(routeTables, { version: '0', url: 'http://127.0.0.1:3001' })

/** Every property of an object in here, as `Contact.first_name`. */
function* propertiesIn(node: unknown, where: string): Generator<[name: string, of: JsonSchema]> {
  if (Array.isArray(node)) for (const item of node) yield* propertiesIn(item, where)
  if (node === null || typeof node !== 'object') return
  const { type, properties } = node as JsonSchema
  if (type === 'object' && properties)
    for (const [name, of] of Object.entries(properties)) yield [`${where}.${name}`, of as JsonSchema]
  for (const [key, child] of Object.entries(node))
    if (!['example', 'examples', 'default', 'enum'].includes(key)) yield* propertiesIn(child, where)
}

const letters = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '')
const saysNothing = (name: string, description: unknown) =>
  typeof description !== 'string' || ['', letters(name.split('.').at(-1) ?? '')].includes(letters(description))

test('every field has a description, and no description is only its name', () => {
  const { schemas } = document.components as { schemas: JsonSchema }
  const fields = [
    ...Object.entries(schemas).flatMap(([name, schema]) => [...propertiesIn(schema, name)]),
    ...Object.entries(document.paths as JsonSchema).flatMap(([path, methods]) => [...propertiesIn(methods, path)]),
  ]
  assert.ok(fields.length > 3000)
  assert.deepEqual(
    fields.filter(([name, { description }]) => saysNothing(name, description)).map(([name]) => name),
    [],
  )
})

test('so has every parameter', () => {
  const operations = Object.values(document.paths as Record<string, Record<string, JsonSchema>>).flatMap(Object.values)
  const parameters = (operations as { operationId: string; parameters: JsonSchema[] }[]).flatMap(
    ({ operationId, parameters }) =>
      parameters.filter((of) => !('$ref' in of)).map((of) => [`${operationId}.${String(of.name)}`, of] as const),
  )
  assert.ok(parameters.length > 400)
  assert.deepEqual(
    parameters.filter(([name, { description }]) => saysNothing(name, description)).map(([name]) => name),
    [],
  )
})

const firstPerson = /\b(I|me|my|mine|myself|our|ours|we)\b/

test('summaries of operations have one style', () => {
  const wrong = routeTables.flatMap(({ routes }) =>
    Object.entries(routes)
      .filter(([, { summary, hidden }]) => !hidden && !hasStyle(summary))
      .map(([operation, { summary }]) => `${operation}: ${summary}`),
  )
  assert.deepEqual(wrong, [])
})

/** An imperative or a noun phrase: `List contacts, newest first`. One clause or two, and no full stop. */
const hasStyle = (summary: string) =>
  /^[A-Z]/.test(summary) && !/\.$|\. [A-Z]/.test(summary) && !firstPerson.test(summary) && summary.length <= 200

test('the style refuses full stops, sentences and the first person', () => {
  for (const summary of ['Add a contact.', 'Sign in. Then go on', 'List my sessions', 'add a contact', 'What we know'])
    assert.ok(!hasStyle(summary), summary)
  for (const summary of [
    'Add a contact',
    'Sign in (supabase.auth.signIn)',
    'Merge two contacts: everything moves to this one',
  ])
    assert.ok(hasStyle(summary), summary)
})
