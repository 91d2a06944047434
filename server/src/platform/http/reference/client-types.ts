import type { z } from 'zod'
import { Components } from './components.ts'
import type { JsonSchema } from './json-schema.ts'

interface Operation {
  operationId: string
  summary: string
  parameters: { name: string; in: 'path' | 'query' | 'header'; required: boolean; schema: JsonSchema }[]
  requestBody?: { content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }>
}

/** The data of commands and events on the WebSocket, by event. */
export interface LiveSchemas {
  frames: Record<string, z.ZodType[]>
  commands: Record<string, z.ZodType>
}

/** TypeScript types of every operation in an API document and of the WebSocket, for the typed client. */
export function clientTypes(document: JsonSchema, { frames, commands }: LiveSchemas): string {
  const live = new Components()
  const frameTypes = Object.entries(frames).map(
    ([event, of]) => `  '${event}': ${[...new Set(of.map((one) => typeOf(live.add(one, 'output'))))].join(' | ')}`,
  )
  const commandTypes = Object.entries(commands).map(([event, of]) => `  '${event}': ${typeOf(live.add(of, 'input'))}`)
  const paths = document.paths as Record<string, Record<string, Operation>>
  const schemas = { ...live.schemas, ...(document.components as { schemas: Record<string, JsonSchema> }).schemas }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  return `// Written by \`npm run generate\` from the table of routes; change that.
import type { Upload } from './upload.ts'

${Object.entries(schemas)
  .filter(([name]) => isNamed(name))
  .map(([name, schema]) => `export type ${name} = ${typeOf(schema)}`)
  .join('\n\n')}

/** The input and response of each operation. */
export interface Operations {
${operations.map(({ operation }) => `  /** ${operation.summary} */\n  ${operation.operationId}: { input: ${inputOf(operation)}; response: ${responseOf(operation)} }`).join('\n')}
}

/** The data of the events on the WebSocket, by event. */
export interface LiveEvents {
${frameTypes.join('\n')}
}

/** The data of what may be said on the WebSocket, by event. */
export interface LiveCommands {
${commandTypes.join('\n')}
}

/** The method and path of each operation. */
export const operations = {
${operations.map(({ path, method, operation }) => `  ${operation.operationId}: ['${method}', '${path}'${carriesOf(operation)}],`).join('\n')}
} as const satisfies Record<keyof Operations, readonly [method: string, path: string, carries?: 'form' | 'bytes']>
`
}

function inputOf({ parameters, requestBody }: Operation): string {
  const group = (place: 'path' | 'query') => {
    const fields = parameters.filter((parameter) => parameter.in === place)
    if (fields.length === 0) return ''
    const optional = fields.every(({ required }) => !required) ? '?' : ''
    const body = fields
      .map(({ name, required, schema }) => `${propertyOf(name)}${required ? '' : '?'}: ${typeOf(schema)}`)
      .join('; ')
    return `${place}${optional}: { ${body} }`
  }
  const json = requestBody?.content['application/json']
  const form = requestBody?.content['multipart/form-data']
  const forms = [json && typeOf(json.schema), form && uploadOf(form.schema), form && 'FormData'].filter(Boolean)
  const body = forms.length > 0 ? `body: ${forms.join(' | ')}` : ''
  const parts = [group('path'), group('query'), body].filter(Boolean)
  return parts.length > 0 ? `{ ${parts.join('; ')} }` : 'undefined'
}

const propertyOf = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name))

/** The form's file, and its other fields. */
function uploadOf({ properties }: JsonSchema): string {
  const { file: _, ...others } = properties as Record<string, JsonSchema>
  return Object.keys(others).length > 0 ? `Upload & ${typeOf({ properties: others })}` : 'Upload'
}

/** Operations without JSON: they take a form or return bytes. */
function carriesOf(operation: Operation): string {
  if (operation.requestBody?.content['multipart/form-data']) return ", 'form'"
  return responseOf(operation) === 'Blob' ? ", 'bytes'" : ''
}

function responseOf({ responses }: Operation): string {
  const [, response] = Object.entries(responses).find(([status]) => status < '400') ?? []
  if (!response?.content) return 'null'
  const [schema] = Object.values(response.content).map(({ schema }) => schema)
  return schema?.format === 'binary' ? 'Blob' : typeOf(schema ?? {})
}

function typeOf(schema: JsonSchema): string {
  const { $ref, type, properties, required, items, anyOf, oneOf, additionalProperties } = schema as Record<
    string,
    unknown
  >
  if (typeof $ref === 'string') return isNamed($ref) ? ($ref.split('/').at(-1) as string) : 'unknown'
  if ('const' in schema) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const options = (anyOf ?? oneOf) as JsonSchema[] | undefined
  if (options) return [...new Set(options.map(typeOf))].join(' | ')
  if (Array.isArray(type)) return type.map((one: string) => typeOf({ ...schema, type: one })).join(' | ')
  if (properties) {
    const fields = Object.entries(properties as Record<string, JsonSchema>).map(
      ([name, of]) =>
        `${JSON.stringify(name)}${(required as string[] | undefined)?.includes(name) ? '' : '?'}: ${typeOf(of)}`,
    )
    return `{ ${fields.join('; ')} }`
  }
  if (type === 'array') return items ? `(${typeOf(items as JsonSchema)})[]` : 'unknown[]'
  if (type === 'object') {
    const values =
      additionalProperties && typeof additionalProperties === 'object'
        ? typeOf(additionalProperties as JsonSchema)
        : 'unknown'
    return `Record<string, ${values}>`
  }
  return (
    { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' }[String(type)] ??
    'unknown'
  )
}

/** Recursive schemas without a name of ours get one that begins so: any JSON value. */
const isNamed = (name: string) => !name.includes('__schema')
