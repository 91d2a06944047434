import { z } from 'zod'

export type JsonSchema = { [key: string]: unknown }

/** The JSON Schema of a zod type, in the form that the API document and the serialiser share. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    // Named schemas are written out in place for the serialiser; the document moves them to components itself.
    override: ({ jsonSchema }) => {
      // zod writes huge patterns beside formats that say the same.
      if (jsonSchema.format) delete jsonSchema.pattern
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  }) as JsonSchema
  delete made.$schema
  return plainNullable(made) as JsonSchema
}

/** `anyOf [{type: x}, {type: null}]` becomes `type: [x, null]`, which the serialiser does not have to try out. */
function plainNullable(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plainNullable)
  if (node === null || typeof node !== 'object') return node
  const schema = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, plainNullable(value)]),
  ) as JsonSchema
  const options = schema.anyOf
  if (Array.isArray(options) && options.length === 2) {
    const [some, none] = options as [JsonSchema, JsonSchema]
    if (none.type === 'null' && typeof some.type === 'string' && !some.enum && !('const' in some)) {
      const { anyOf: _, ...rest } = schema
      return { ...some, ...rest, type: [some.type, 'null'] }
    }
  }
  return schema
}
