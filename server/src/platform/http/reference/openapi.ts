import { z } from 'zod'
import { type Access, scopes } from '../../access.ts'
import type { JsonSchema } from './json-schema.ts'
import type { Route, RouteTable } from '../route.ts'

/** The API as an OpenAPI 3.1 document, made from the same table that answers the requests. */
export function openApiDocument(tables: RouteTable[], about: { version: string; url: string }): JsonSchema {
  const components = new Components()
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const { tag, routes } of tables) {
    for (const [operationId, route] of Object.entries(routes)) {
      if (route.hidden) continue
      const path = route.path.replace(/:(\w+)/g, '{$1}')
      paths[path] ??= {}
      paths[path][route.method.toLowerCase()] = operation(operationId, tag, route, components)
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Switchboard',
      version: about.version,
      description: 'The backend for everything a business says to its customers.',
      license: { name: 'AGPL-3.0-only', identifier: 'AGPL-3.0-only' },
    },
    servers: [{ url: about.url }],
    tags: sectionsOf(tables).flatMap(({ tags }) => tags.map((name) => ({ name }))),
    'x-tagGroups': sectionsOf(tables),
    paths,
    components: {
      schemas: components.schemas,
      responses: errorResponses(components),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An access token from /api/auth/login, or an API key.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'switchboard_access' },
      },
    },
  }
}

/** In the order in which people look for things; a section has the headings of `RouteTable.tag`. */
const sections: [name: string, ...tags: string[]][] = [
  ['Identity', 'Identity', 'Identity for Supabase clients'],
  ['Calling', 'Campaigns', 'Contacts', 'Telephony', 'Files'],
  ['Chat', 'Chat', 'Video calls'],
  ['Receptionist', 'Receptionist'],
  ['Shop', 'Shop', 'Shop front', 'Payments', 'Integrations', 'Webhooks', 'Notifications'],
  ['Sales', 'Sales'],
  ['Billing', 'Billing'],
  ['Realtime', 'Realtime'],
  ['Administration', 'Administration'],
]

/** Sections by the extension that API browsers know (redocly.com/docs/api-reference-docs/specification-extensions). */
function sectionsOf(tables: RouteTable[]): { name: string; tags: string[] }[] {
  const shown = tables.filter(({ routes }) => Object.values(routes).some((route) => !route.hidden))
  const tags = new Set(shown.map(({ tag }) => tag))
  const named = sections.map(([name, ...of]) => ({ name, tags: of.filter((tag) => tags.delete(tag)) }))
  return [...named, { name: 'Also there', tags: [...tags] }].filter((section) => section.tags.length > 0)
}

function operation(operationId: string, tag: string, route: Route, components: Components): JsonSchema {
  return {
    operationId,
    tags: [tag],
    summary: route.summary,
    description: describeAccess(route.access),
    ...(route.access !== 'public' && { security: [{ bearer: [] }, { apiKey: [] }, { cookie: [] }] }),
    ...(route.access === 'public' && { security: [] }),
    parameters: [...parametersOf(route, 'path', components), ...parametersOf(route, 'query', components)],
    ...bodyOf(route, components),
    responses: {
      [route.status ?? 200]: {
        description: 'Done.',
        ...contentOf(route, components),
      },
      ...Object.fromEntries(
        expectedErrors(route).map((status) => [status, { $ref: `#/components/responses/${status}` }]),
      ),
    },
  }
}

/** JSON, or the bytes of a file; nothing where the answer is null. */
function contentOf({ answer }: Route, components: Components): JsonSchema {
  if (answer instanceof z.ZodNull) return {}
  const { mediaType } = (answer.meta() ?? {}) as { mediaType?: string }
  if (!mediaType) return { content: { 'application/json': { schema: components.add(answer, 'output') } } }
  const isText = answer instanceof z.ZodString
  return { content: { [mediaType]: { schema: { type: 'string', ...(!isText && { format: 'binary' }) } } } }
}

function describeAccess(access: Access): string {
  if (access === 'public') return 'Needs no login.'
  if (access === 'user') return 'For everyone who is signed in.'
  if (access === 'admin') return "For the platform's administrator."
  return `Scope \`${access}\`: ${scopes[access].join(', ')}.`
}

function parametersOf(route: Route, place: 'path' | 'query', components: Components): JsonSchema[] {
  const schema = place === 'path' ? route.params : route.query
  if (!schema) return []
  const { properties = {}, required = [] } = components.inline(schema, 'input') as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: property,
    ...(place === 'query' && route.exampleQuery?.[name] !== undefined && { example: route.exampleQuery[name] }),
  }))
}

function bodyOf(route: Route, components: Components): JsonSchema {
  const { properties = {} } = route.form ? components.inline(route.form, 'input') : {}
  const file = { type: 'string', format: 'binary', description: 'The file, with its name.' }
  const form = { type: 'object', required: ['file'], properties: { file, ...(properties as object) } }
  const content = {
    ...(route.body && {
      'application/json': {
        schema: components.add(route.body, 'input'),
        ...(route.example !== undefined && { example: route.example }),
      },
    }),
    ...(route.upload && { 'multipart/form-data': { schema: form } }),
  }
  return Object.keys(content).length > 0 ? { requestBody: { required: true, content } } : {}
}

function expectedErrors(route: Route): number[] {
  const always = route.access === 'public' ? [400, 429] : [400, 401, 403, 429]
  const found = route.params ? [404] : []
  return [...new Set([...always, ...found, ...(route.errors ?? [])])].sort((a, b) => a - b)
}

const reasons: Record<number, string> = {
  400: 'Malformed or invalid; `details` names the fields.',
  401: 'No or bad credentials.',
  402: 'The plan does not allow it.',
  403: 'Not allowed.',
  404: 'Not there, or not yours.',
  409: 'In conflict with what is there.',
  413: 'Too large.',
  415: 'Of a type that is not accepted.',
  416: 'No such range.',
  422: 'This Idempotency-Key was used with another body.',
  429: 'Too many requests; see Retry-After.',
  502: 'The outside party did not answer as it should.',
  503: 'Not at the moment; see Retry-After.',
}

const ErrorAnswer = z
  .object({
    error: z.string().describe('A sentence for a person: what happened, and what to do.'),
    code: z.string().describe('For programs: stable, in snake_case.'),
    request_id: z.string().describe("Names this request in the server's log; also in `X-Request-Id`."),
    details: z
      .array(
        z.object({
          path: z.string().describe('Where it is: `body.email`, `query.limit`.'),
          message: z.string().describe('What is wrong with it.'),
        }),
      )
      .optional()
      .describe('Which fields are wrong, for 400.'),
  })
  .meta({ id: 'Error' })

function errorResponses(components: Components): JsonSchema {
  const content = { 'application/json': { schema: components.add(ErrorAnswer, 'output') } }
  return Object.fromEntries(Object.entries(reasons).map(([status, description]) => [status, { description, content }]))
}

/** Named schemas, each written once under components. */
class Components {
  readonly schemas: Record<string, JsonSchema> = {}

  /** The schema, or a reference to it when it has a name. */
  add(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const {
      $schema: _,
      $defs = {},
      id,
      ...own
    } = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        if (jsonSchema.format) delete jsonSchema.pattern
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      },
    }) as JsonSchema & { $defs?: Record<string, JsonSchema>; id?: string }
    for (const [name, definition] of Object.entries($defs)) this.#define(name, definition)
    if (id) {
      this.#define(id, own)
      return { $ref: `#/components/schemas/${id}` }
    }
    return pointToComponents(own) as JsonSchema
  }

  inline(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const added = this.add(schema, io)
    const [, name] = /^#\/components\/schemas\/(.+)$/.exec((added.$ref as string | undefined) ?? '') ?? []
    return name ? (this.schemas[name] as JsonSchema) : added
  }

  #define(name: string, definition: JsonSchema): void {
    const { id: _, ...schema } = definition
    this.schemas[name] = pointToComponents(schema) as JsonSchema
  }
}

function pointToComponents(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(pointToComponents)
  if (node === null || typeof node !== 'object') return node
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string'
        ? value.replace('#/$defs/', '#/components/schemas/')
        : pointToComponents(value),
    ]),
  )
}
