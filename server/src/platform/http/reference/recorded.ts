import { readFileSync } from 'node:fs'
import type { JsonSchema } from './json-schema.ts'

interface Documented {
  responses: Record<string, { content?: Record<string, { schema: JsonSchema; example?: unknown }> }>
}

/**
 * Puts real answers beside the schemas of answers: those that `server/test/examples.test.ts` recorded. An operation that
 * could not be recorded, like one that needs a code from a mail, shows the response of another one with the same schema.
 */
export function addRecordedAnswers(paths: Record<string, Record<string, JsonSchema>>): void {
  const recorded = JSON.parse(readFileSync(new URL('example-answers.json', import.meta.url), 'utf8')) as JsonSchema
  const bySchema = new Map<string, unknown>()
  const answers = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap((operation) => {
      const { responses } = operation as unknown as Documented
      const [, response] = Object.entries(responses).find(([status]) => status < '300') ?? []
      const json = response?.content?.['application/json']
      return json ? [{ id: operation.operationId as string, json, schema: JSON.stringify(json.schema) }] : []
    })
  for (const { id, schema } of answers) if (id in recorded && !bySchema.has(schema)) bySchema.set(schema, recorded[id])
  for (const { id, json, schema } of answers) {
    const example = recorded[id] ?? bySchema.get(schema)
    if (example !== undefined) json.example = example
  }
}
