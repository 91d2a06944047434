import { z } from 'zod'
import type { JsonSchema } from './json-schema.ts'

/** Named schemas, each written once under components. */
export class Components {
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
