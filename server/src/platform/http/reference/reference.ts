import type { JsonSchema } from './json-schema.ts'
import { sampleOf, type Schemas } from './sample.ts'

/** The API as people read about it: sections, groups, operations. Made from the OpenAPI document. */
export interface Section {
  name: string
  /** For links. */
  slug: string
  groups: { name: string; operations: ReferenceOperation[] }[]
}

export interface ReferenceOperation {
  id: string
  method: string
  path: string
  summary: string
  /** The required access. */
  who: string
  parameters: Field[]
  body: Field[]
  /** The fields of a JSON response. */
  responseFields: Field[]
  curl: string
  status: string
  /** JSON, or null where it is a file, or nothing. */
  response: string | null
  errors: { status: string; reason: string }[]
}

export interface Field {
  name: string
  /** `path`, `query` or `body`. */
  place: string
  type: string
  isRequired: boolean
  /** As JSON. */
  fallback: string | undefined
  description: string
}

interface Parameter {
  name: string
  in: string
  required: boolean
  description?: string
  schema: JsonSchema
  example?: unknown
}

/** Without the headers that many operations share: those are explained once. */
const ownParameters = ({ parameters }: Operation) =>
  parameters.filter((parameter): parameter is Parameter => !('$ref' in parameter))

interface Operation {
  operationId: string
  tags: [string]
  summary: string
  description: string
  security: object[]
  parameters: (Parameter | { $ref: string })[]
  requestBody?: { content: Record<string, { schema: JsonSchema; example?: unknown }> }
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: JsonSchema; example?: unknown }> }
  >
}

/** A group of more operations than this is told apart by what they are about. */
const manyOperations = 16

export function referenceOf(document: JsonSchema): Section[] {
  const { schemas, responses } = document.components as {
    schemas: Schemas
    responses: Record<string, { description: string }>
  }
  const url = (document.servers as { url: string }[])[0]?.url ?? ''
  const paths = document.paths as Record<string, Record<string, Operation>>
  const headings = new Set((document['x-tagGroups'] as { tags: string[] }[]).flatMap(({ tags }) => tags))
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const describe = (entry: Entry) => describeOperation(entry, { schemas, reasons: responses, url })
  return (document['x-tagGroups'] as { name: string; tags: string[] }[]).map(({ name, tags }) => ({
    name,
    slug: name.toLowerCase().replace(/\W+/g, '-'),
    groups: tags.flatMap((tag) => {
      const entries = all.filter(({ operation }) => operation.tags[0] === tag)
      if (entries.length <= manyOperations) return [{ name: tag, operations: entries.map(describe) }]
      return [...Map.groupBy(entries, nounOf)].map(([noun, of]) => ({
        name: headingOf(noun, name, headings),
        operations: of.map(describe),
      }))
    }),
  }))
}

/** A heading that another section has too says whose this one is: "Campaigns in sales". */
function headingOf(noun: string, section: string, headings: ReadonlySet<string>): string {
  const heading = `${noun.charAt(0).toUpperCase()}${noun.slice(1)}`
  return headings.has(heading) && heading !== section ? `${heading} in ${section.toLowerCase()}` : heading
}

interface Entry {
  method: string
  path: string
  operation: Operation
}

/** `/api/shops/{shopId}/orders/{orderId}` is about orders, `/api/contacts/{id}` about contacts. */
function nounOf({ path }: Entry): string {
  const [first = '', ...rest] = path.split('/').filter((part) => part !== '' && part !== 'api')
  const noun = first === 'shops' && rest.length > 1 ? (rest[1] ?? first) : first
  return noun.replaceAll('-', ' ')
}

interface Surroundings {
  schemas: Schemas
  reasons: Record<string, { description: string }>
  url: string
}

function describeOperation(entry: Entry, { schemas, reasons, url }: Surroundings): ReferenceOperation {
  const { method, path, operation } = entry
  const [status, response] = Object.entries(operation.responses).find(([code]) => code < '400') ?? ['200', undefined]
  const { schema: responseSchema = {}, example } = response?.content?.['application/json'] ?? {}
  const bodySchema = operation.requestBody?.content['application/json']?.schema
  const formSchema = operation.requestBody?.content['multipart/form-data']?.schema
  const isFile = Object.keys(responseSchema).length === 0
  return {
    id: operation.operationId,
    method,
    path,
    summary: operation.summary.replace(/\.$/, ''),
    who: operation.description,
    parameters: ownParameters(operation).map(({ name, in: place, required, description, schema }) => ({
      ...fieldOf(name, { ...schema, ...(description !== undefined && { description }) }, required, schemas),
      place,
    })),
    body: [
      ...(formSchema ? fieldsOf(formSchema, schemas).map((field) => ({ ...field, place: 'form' })) : []),
      ...(bodySchema ? fieldsOf(bodySchema, schemas) : []),
    ],
    responseFields: fieldsOf(responseSchema, schemas).map((field) => ({ ...field, place: 'response' })),
    curl: curl(entry, url, schemas),
    status,
    response: isFile ? null : JSON.stringify(example ?? sampleOf(responseSchema, schemas), null, 2),
    errors: Object.keys(operation.responses)
      .filter((code) => code >= '400')
      .map((code) => ({ status: code, reason: reasons[code]?.description ?? '' })),
  }
}

function fieldsOf(schema: JsonSchema, schemas: Schemas, prefix = '', depth = 0): Field[] {
  const plain = plainOf(schema, schemas)
  if (plain.items && prefix === '') return fieldsOf(plain.items as JsonSchema, schemas, '[].', depth)
  const { properties = {}, required = [] } = plain as { properties?: Schemas; required?: string[] }
  return Object.entries(properties).flatMap(([name, of]) => {
    const field = fieldOf(`${prefix}${name}`, of, required.includes(name), schemas)
    const inner = innerObject(of, schemas)
    return inner && depth < 2
      ? [field, ...fieldsOf(inner.schema, schemas, `${prefix}${name}${inner.suffix}.`, depth + 1)]
      : [field]
  })
}

function innerObject(schema: JsonSchema, schemas: Schemas): { schema: JsonSchema; suffix: string } | undefined {
  const plain = plainOf(schema, schemas)
  if (plain.properties) return { schema: plain, suffix: '' }
  const item = plain.items ? plainOf(plain.items as JsonSchema, schemas) : undefined
  return item?.properties ? { schema: item, suffix: '[]' } : undefined
}

const fieldOf = (name: string, schema: JsonSchema, isRequired: boolean, schemas: Schemas): Field => ({
  name,
  place: 'body',
  type: typeOf(schema, schemas),
  isRequired: isRequired && !('default' in schema),
  fallback: 'default' in schema ? JSON.stringify(schema.default) : undefined,
  description: (schema.description ?? resolve(schema, schemas).description ?? '') as string,
})

const resolve = (schema: JsonSchema, schemas: Schemas): JsonSchema =>
  typeof schema.$ref === 'string' ? (schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}) : schema

/** Without `or null`. */
function plainOf(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const resolved = resolve(schema, schemas)
  const choices = (resolved.anyOf ?? []) as JsonSchema[]
  const others = choices.filter((choice) => choice.type !== 'null')
  return others.length === 1 ? plainOf(others[0] as JsonSchema, schemas) : resolved
}

/** In words: `string, at most 255 characters`, `integer from 1 to 200`, `"a" | "b" | null`. */
function typeOf(schema: JsonSchema, schemas: Schemas): string {
  const resolved = resolve(schema, schemas) as Record<string, never>
  const {
    type,
    format,
    enum: options,
    anyOf,
    items,
    minimum,
    maximum,
    minLength,
    maxLength,
    minItems,
    maxItems,
  } = resolved
  if ('const' in resolved) return JSON.stringify(resolved.const)
  if (options) return (options as unknown[]).map((option) => JSON.stringify(option)).join(' | ')
  if (anyOf) return [...new Set((anyOf as JsonSchema[]).map((choice) => typeOf(choice, schemas)))].join(' | ')
  const size = (unit: string, least: number | undefined, most: number | undefined) =>
    [Number(least) > 1 ? `at least ${least} ${unit}` : '', most === undefined ? '' : `at most ${most} ${unit}`]
      .filter(Boolean)
      .join(', ')
  const and = (what: string, limits: string) => (limits ? `${what}, ${limits}` : what)
  if (items) return and(`list of ${typeOf(items, schemas)}`, size('items', minItems, maxItems))
  const kind = Array.isArray(type) ? (type as string[]).join(' | ') : String(type ?? 'any')
  if (kind === 'string') return format ? String(format) : and('string', size('characters', minLength, maxLength))
  if (kind === 'integer' || kind === 'number') {
    const huge = Number.MAX_SAFE_INTEGER
    const least = Number(minimum ?? -huge) > -huge ? ` from ${minimum}` : ''
    const most = Number(maximum ?? huge) < huge ? ` to ${maximum}` : ''
    return `${kind}${least}${most}`
  }
  return kind
}

function curl({ method, path, operation }: Entry, url: string, schemas: Schemas): string {
  const json = operation.requestBody?.content['application/json']
  const { security } = operation
  const isVisitors = security.some((way) => 'visitor' in way)
  const token = isVisitors ? 'VISITOR_TOKEN' : security.length > 0 ? 'TOKEN' : undefined
  const isUpload = operation.requestBody?.content['multipart/form-data'] !== undefined
  const sample = ({ name, schema, example }: Parameter) =>
    encodeURIComponent(String(example ?? sampleOf(schema, schemas, name)))
  const filled = ownParameters(operation)
    .filter((parameter) => parameter.in === 'path')
    .reduce((text, parameter) => text.replace(`{${parameter.name}}`, sample(parameter)), path)
  const query = ownParameters(operation)
    .filter(
      ({ in: place, required, schema, example }) =>
        place === 'query' && (example !== undefined || (required && !('default' in schema))),
    )
    .map((parameter) => `${parameter.name}=${sample(parameter)}`)
    .join('&')
  const address = `${url}${filled}${query && `?${query}`}`
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${query ? `'${address}'` : address}`,
    ...(token ? [`-H "Authorization: Bearer $${token}"`] : []),
    ...(json
      ? [
          "-H 'Content-Type: application/json'",
          `-d '${JSON.stringify(json.example ?? {}).replaceAll("'", String.raw`'\''`)}'`,
        ]
      : []),
    ...(isUpload && !json ? ['-F file=@greeting.wav'] : []),
  ].join(' \\\n  ')
}
