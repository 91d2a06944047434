import { z } from 'zod'
import { scopes } from '../../access.ts'
import { Components } from './components.ts'
import type { JsonSchema } from './json-schema.ts'
import { addRecordedAnswers } from './recorded.ts'
import { sectionsOf, tagsOf } from './sections.ts'
import {
  errorResponses,
  expectedErrors,
  headerParametersOf,
  headers,
  headersOf,
  parameters,
  securityOf,
  securitySchemes,
} from './shared.ts'
import type { Route, RouteTable } from '../route.ts'

/**
 * Returns the API as an OpenAPI 3.1 document, generated from the route tables that also serve the requests. The
 * compatibility APIs are left out: their clients exist already.
 */
export function openApiDocument(served: RouteTable[], about: { version: string; url: string }): JsonSchema {
  const tables = served.filter(({ compat }) => compat === undefined)
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
  addRecordedAnswers(paths)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Switchboard',
      version: about.version,
      description: 'The backend for everything a business says to its customers.',
      license: { name: 'AGPL-3.0-only', identifier: 'AGPL-3.0-only' },
    },
    servers: [{ url: about.url }],
    tags: tagsOf(tables),
    'x-tagGroups': sectionsOf(tables),
    paths,
    components: {
      schemas: components.schemas,
      responses: errorResponses(components),
      parameters,
      headers,
      securitySchemes,
    },
  }
}

function operation(operationId: string, tag: string, route: Route, components: Components): JsonSchema {
  return {
    operationId,
    tags: [tag],
    summary: route.summary,
    description: [describeAccess(route), describeAliases(route)].filter(Boolean).join('\n\n'),
    security: securityOf(route),
    parameters: [
      ...parametersOf(route, 'path', components),
      ...parametersOf(route, 'query', components),
      ...headerParametersOf(route),
    ],
    ...bodyOf(route, components),
    responses: {
      [route.status ?? 200]: {
        description: 'Done.',
        headers: headersOf(isLinkedList(route)),
        ...contentOf(route, components),
      },
      ...Object.fromEntries(
        expectedErrors(route).map((status) => [status, { $ref: `#/components/responses/${status}` }]),
      ),
    },
  }
}

/** Returns the content of a response: JSON or a file. Empty if the response is null. */
function contentOf({ response }: Route, components: Components): JsonSchema {
  if (response instanceof z.ZodNull) return {}
  const { mediaType } = (response.meta() ?? {}) as { mediaType?: string }
  if (!mediaType) return { content: { 'application/json': { schema: components.add(response, 'output') } } }
  const isText = response instanceof z.ZodString
  return { content: { [mediaType]: { schema: { type: 'string', ...(!isText && { format: 'binary' }) } } } }
}

/** True for a list that takes a cursor and returns `{data}` or a bare array without a cursor. */
function isLinkedList({ query, response }: Route): boolean {
  const takesCursor = query instanceof z.ZodObject && 'cursor' in query.shape
  const hasCursor =
    response instanceof z.ZodObject && ('next_cursor' in response.shape || 'nextCursor' in response.shape)
  return takesCursor && !hasCursor
}

function describeAccess({ access, visitor }: Route): string {
  if (visitor === 'required') return "Requires a visitor's token."
  if (visitor === 'optional') return "Requires no login; accepts a visitor's token."
  if (access === 'public') return 'Requires no login.'
  if (access === 'user') return 'Requires a signed-in user.'
  if (access === 'admin') return 'Requires an administrator of the platform.'
  return `Scope \`${access}\`: ${scopes[access].join(', ')}.`
}

/** Other names that clients of another API send; see `Route.accepts`. */
function describeAliases({ accepts }: Route): string | undefined {
  const pairs = Object.values(accepts ?? {}).flatMap((aliases) => Object.entries(aliases))
  if (pairs.length === 0) return undefined
  return `Also accepts ${pairs.map(([alias, own]) => `\`${alias}\` for \`${own}\``).join(', ')}.`
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
