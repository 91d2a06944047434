import { createHash } from 'node:crypto'
import type { JsonSchema } from './json-schema.ts'
import { FileReply } from './route.ts'

interface Operation {
  operationId: string
  summary: string
  description: string
  parameters: { name: string; in: string; required: boolean; schema: JsonSchema }[]
  requestBody?: { content: Record<string, { schema: JsonSchema; example?: unknown }> }
  responses: Record<string, Response>
}

interface Response {
  description: string
  content?: Record<string, { schema: JsonSchema }>
}

interface Entry {
  method: string
  path: string
  tag: string
  operation: Operation
}

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 15%, transparent); --soft: color-mix(in srgb, currentColor 5%, transparent) }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; display: grid; grid-template-columns: 17rem minmax(0, 1fr) }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem; border-right: 1px solid var(--line); font-size: .875rem }
nav h2 { font-size: .75rem; text-transform: uppercase; letter-spacing: .06em; margin: 1.25rem 0 .25rem; opacity: .7 }
nav a { display: block; padding: .2rem 0; color: inherit; text-decoration: none } nav a:hover { text-decoration: underline }
main { max-width: 58rem; padding: 2rem } article { padding: 1.5rem 0; border-top: 1px solid var(--line); scroll-margin-top: 1rem }
h1 { margin-top: 0 } h3 { margin: 0 0 .25rem; font-size: 1.1rem } article > p { margin: .25rem 0 1rem }
code, pre { font: .85rem/1.45 ui-monospace, monospace } pre { background: var(--soft); padding: .75rem; border-radius: 6px; overflow: auto }
.method { font-weight: 700; margin-right: .5rem } table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: .9rem }
td, th { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line) }
summary { cursor: pointer; padding: .3rem 0 } .note { opacity: .75 }
@media (max-width: 48rem) { body { display: block } nav { position: static; height: auto; border: 0 } }
`

/** The API reference as one page without scripts, so it also reads well in a text browser and on paper. */
export function docsPage(document: JsonSchema): FileReply {
  const { info, servers } = document as {
    info: { title: string; version: string; description: string }
    servers: { url: string }[]
  }
  const entries = entriesOf(document)
  const byTag = Map.groupBy(entries, (entry) => entry.tag)
  const { schemas, responses } = document.components as {
    schemas: Record<string, JsonSchema>
    responses: Record<string, Response>
  }
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(info.title)} API</title><style>${style}</style>
<nav><strong>${escape(info.title)} ${escape(info.version)}</strong>
${[...byTag].map(([tag, of]) => `<h2>${escape(tag)}</h2>${of.map(({ operation }) => `<a href="#${operation.operationId}">${escape(operation.summary)}</a>`).join('')}`).join('\n')}
</nav><main><h1>${escape(info.title)} API</h1><p>${escape(info.description)} The same as a document for programs: <a href="/api/openapi.json">openapi.json</a>.</p>
${[...byTag].map(([tag, of]) => `<h2>${escape(tag)}</h2>${of.map((entry) => article(entry, servers[0]?.url ?? '', schemas, responses)).join('\n')}`).join('\n')}
</main></html>`
  const hash = createHash('sha256').update(style).digest('base64')
  return new FileReply(html, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'`,
  })
}

function entriesOf(document: JsonSchema): Entry[] {
  const paths = document.paths as Record<string, Record<string, Operation & { tags: string[] }>>
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      tag: operation.tags[0] ?? '',
      operation,
    })),
  )
}

function article(
  { method, path, operation }: Entry,
  url: string,
  schemas: Record<string, JsonSchema>,
  reasons: Record<string, Response>,
): string {
  const [status, answer] = Object.entries(operation.responses).find(([code]) => code < '300') ?? ['200', undefined]
  const answerSchema = answer?.content?.['application/json']?.schema
  const errors = Object.keys(operation.responses).filter((code) => code >= '400')
  return `<article id="${operation.operationId}"><h3>${escape(operation.summary)}</h3>
<p><code><span class="method">${method}</span>${escape(path)}</code><br><span class="note">${escape(operation.description).replace(/`([^`]+)`/g, '<code>$1</code>')}</span></p>
${parameterTable(operation)}<pre>${escape(curl(method, path, operation, url))}</pre>
<details><summary>Answer ${status}</summary><pre>${escape(JSON.stringify(shape(answerSchema ?? {}, schemas), null, 2))}</pre></details>
<details><summary>Errors</summary><table>${errors.map((code) => `<tr><td>${code}</td><td>${escape(reasons[code]?.description ?? '')}</td></tr>`).join('')}</table></details></article>`
}

function parameterTable({ parameters }: Operation): string {
  if (parameters.length === 0) return ''
  const rows = parameters.map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${place}${required ? ', required' : ''}</td><td><code>${escape(JSON.stringify(schema))}</code></td></tr>`,
  )
  return `<table>${rows.join('')}</table>`
}

function curl(method: string, path: string, operation: Operation, url: string): string {
  const json = operation.requestBody?.content['application/json']
  const isUpload = operation.requestBody?.content['multipart/form-data'] !== undefined
  const needsToken = operation.description !== 'Needs no login.'
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${url}${path}`,
    ...(needsToken ? ["-H 'Authorization: Bearer '$TOKEN"] : []),
    ...(json
      ? [
          "-H 'Content-Type: application/json'",
          `-d '${JSON.stringify(json.example ?? {}).replaceAll("'", String.raw`'\''`)}'`,
        ]
      : []),
    ...(isUpload ? ['-F file=@greeting.wav'] : []),
  ].join(' \\\n  ')
}

/** A schema as an example of its shape, names in place of values. */
function shape(schema: JsonSchema, schemas: Record<string, JsonSchema>, depth = 0): unknown {
  const { $ref, type, properties, items, anyOf, enum: options, const: fixed } = schema as Record<string, never>
  if ($ref) return depth > 4 ? '…' : shape(schemas[String($ref).split('/').at(-1) ?? ''] ?? {}, schemas, depth + 1)
  if (fixed !== undefined) return fixed
  if (options) return (options as unknown[]).join(' | ')
  if (anyOf) {
    const [first, ...others] = anyOf as JsonSchema[]
    const isNullable = others.some((other) => other.type === 'null')
    const made = shape(first ?? {}, schemas, depth)
    return isNullable && typeof made === 'string' ? `${made} | null` : made
  }
  if (properties) {
    return Object.fromEntries(
      Object.entries(properties as Record<string, JsonSchema>).map(([name, of]) => [name, shape(of, schemas, depth)]),
    )
  }
  if (items) return [shape(items, schemas, depth)]
  return (
    (schema.format as string | undefined) ?? (Array.isArray(type) ? (type as string[]).join(' | ') : (type ?? 'any'))
  )
}

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
