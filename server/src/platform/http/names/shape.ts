import type { z } from 'zod'

/** The names that a schema knows, wherever they are nested. */
export interface Shape {
  /** Fields of an object, by name; undefined when the value is not an object of known fields. */
  readonly fields?: ReadonlyMap<string, Shape>
  /** The camelCase spelling of fields, with the name of the field. */
  readonly spellings?: ReadonlyMap<string, string>
  /** The items of a list. */
  readonly item?: Shape
  /** Takes any further fields. */
  readonly isOpen?: boolean
}

/** A value without names in it. */
const plain: Shape = {}
/** A value whose names are data, such as a record. */
const open: Shape = { isOpen: true }

const shapes = new WeakMap<z.ZodType, Shape>()

/** Returns the names that a schema accepts as input. Nothing is evaluated but the schema's definition. */
export function shapeOf(schema: z.ZodType): Shape {
  const known = shapes.get(schema)
  if (known) return known
  // A schema that contains itself has no known names below that point.
  shapes.set(schema, open)
  const shape = read(schema)
  shapes.set(schema, shape)
  return shape
}

/** The parts of zod's definitions that hold other schemas. */
interface Definition {
  type: string
  shape?: Record<string, z.ZodType>
  catchall?: z.ZodType
  element?: z.ZodType
  innerType?: z.ZodType
  in?: z.ZodType
  out?: z.ZodType
  options?: readonly z.ZodType[]
  left?: z.ZodType
  right?: z.ZodType
}

function read(schema: z.ZodType): Shape {
  const definition = schema.def as unknown as Definition
  switch (definition.type) {
    case 'object': {
      const names = Object.entries(definition.shape ?? {})
      const fields = new Map(names.map(([name, field]) => [name, shapeOf(field)]))
      // `z.strictObject` refuses further fields by itself, with a sentence; `z.looseObject` takes them.
      const { catchall } = definition
      return { fields, spellings: spellingsOf(fields), isOpen: catchall !== undefined && typeOf(catchall) !== 'never' }
    }
    case 'array':
      return { item: shapeOf(definition.element as z.ZodType) }
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
    case 'nonoptional':
      return shapeOf(definition.innerType as z.ZodType)
    case 'pipe':
      // `z.preprocess` is a transformation into a schema; `.transform` is a schema into a transformation.
      return shapeOf((typeOf(definition.in) === 'transform' ? definition.out : definition.in) as z.ZodType)
    case 'union':
      return (definition.options ?? []).map(shapeOf).reduce(merge)
    case 'intersection':
      return merge(shapeOf(definition.left as z.ZodType), shapeOf(definition.right as z.ZodType))
    case 'record':
    case 'map':
    case 'any':
    case 'unknown':
    case 'custom':
    case 'transform':
    case 'lazy':
      return open
    default:
      return plain
  }
}

const typeOf = (schema: z.ZodType | undefined) => (schema?.def as Definition | undefined)?.type

/** Names that either of the two knows. A plain value beside an object adds none. */
function merge(a: Shape, b: Shape): Shape {
  if (a === plain) return b
  if (b === plain) return a
  const names = new Set([...(a.fields?.keys() ?? []), ...(b.fields?.keys() ?? [])])
  const fields = new Map([...names].map((name) => [name, either(a.fields?.get(name), b.fields?.get(name))]))
  const item = a.item && b.item ? merge(a.item, b.item) : (a.item ?? b.item)
  return {
    ...(names.size > 0 && { fields, spellings: spellingsOf(fields) }),
    ...(item && { item }),
    isOpen: Boolean(a.isOpen || b.isOpen),
  }
}

const either = (a: Shape | undefined, b: Shape | undefined): Shape => (a && b ? merge(a, b) : (a ?? b ?? plain))

function spellingsOf(fields: ReadonlyMap<string, unknown>): ReadonlyMap<string, string> {
  const pairs = [...fields.keys()].map((name) => [camelCase(name), name] as const)
  return new Map(pairs.filter(([spelling]) => !fields.has(spelling)))
}

export const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
