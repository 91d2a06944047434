import { z } from 'zod'
import { type AlsoReturns, FileResponse, JsonResponse, type Route } from '../route.ts'

type Fields = Record<string, unknown>
type Names = AlsoReturns['names']

/** Returns the route with the names of its `alsoReturns` in the schema of its response and in its responses. */
export function withAlsoReturns(operation: string, route: Route): Route {
  const { alsoReturns } = route
  if (!alsoReturns) return route
  const { handler } = route
  const response = alsoReturns.reduce((schema, { at = '', names }) => {
    const extended = extend(schema, stepsOf(at), names)
    if (!extended) throw new Error(`${operation}: the response has no object at "${at}".`)
    return extended
  }, route.response)
  const complete = (body: unknown) =>
    alsoReturns.reduce((value, { at = '', names }) => add(value, stepsOf(at), names), body)
  return {
    ...route,
    response,
    async handler(ctx, input) {
      const result = await handler(ctx, input)
      if (result instanceof FileResponse) return result
      if (!(result instanceof JsonResponse)) return complete(result)
      return new JsonResponse(complete(result.body), {
        headers: result.headers,
        ...(result.status !== undefined && { status: result.status }),
      })
    },
  }
}

/** `data[]` is the field `data` and then its items. */
const stepsOf = (at: string): string[] => at.match(/\[\]|[^.[\]]+/g) ?? []

/** One schema for each pair of an object and its further names, so that the API reference lists it once. */
const extended = new WeakMap<z.ZodType, Map<Names, z.ZodType>>()

/** Returns the schema with the names added, or undefined when there is no object at this place. */
function extend(schema: z.ZodType, steps: readonly string[], names: Names): z.ZodType | undefined {
  if (schema instanceof z.ZodNullable) {
    return extend(schema.unwrap() as z.ZodType, steps, names)?.nullable()
  }
  if (schema instanceof z.ZodOptional) {
    return extend(schema.unwrap() as z.ZodType, steps, names)?.optional()
  }
  if (schema instanceof z.ZodUnion) {
    const options = (schema.options as z.ZodType[]).map((option) => [option, extend(option, steps, names)] as const)
    if (options.every(([, made]) => !made)) return undefined
    return z.union(options.map(([option, made]) => made ?? option))
  }
  const [step, ...rest] = steps
  if (step === '[]') {
    const item = schema instanceof z.ZodArray ? extend(schema.element as z.ZodType, rest, names) : undefined
    return item && described(schema, z.array(item))
  }
  if (!(schema instanceof z.ZodObject)) return undefined
  if (step === undefined) return withNames(schema, names)
  const field = schema.shape[step] as z.ZodType | undefined
  const inner = field && extend(field, rest, names)
  return inner && described(schema, schema.extend({ [step]: described(field, inner) }))
}

function withNames(schema: z.ZodObject, names: Names): z.ZodType {
  const made = extended.get(schema) ?? new Map<Names, z.ZodType>()
  extended.set(schema, made)
  const known = made.get(names)
  if (known) return known
  const fields = Object.entries(names).map(([name, value]) => [name, fieldOf(schema, name, value)] as const)
  const more = described(schema, schema.extend(Object.fromEntries(fields)), made.size + 1)
  made.set(names, more)
  return more
}

function fieldOf(schema: z.ZodObject, name: string, value: Names[string]): z.ZodType {
  if (typeof value !== 'string') return value.schema
  const source = schema.shape[value] as z.ZodType | undefined
  if (!source) throw new Error(`"${name}" is to be the same as "${value}", which the response does not have.`)
  return source.describe(`The same as \`${value}\`, for clients of another API.`)
}

/** The description stays. A named schema gives its name to the one with more fields, which is the `version`th of it. */
function described(from: z.ZodType, to: z.ZodType, version = 1): z.ZodType {
  const { id, description } = from.meta() ?? {}
  const described = description === undefined ? to : to.describe(description)
  return id === undefined ? described : described.meta({ id: `${id}AndAliases${version > 1 ? version : ''}` })
}

function add(value: unknown, steps: readonly string[], names: Names): unknown {
  const [step, ...rest] = steps
  if (step === '[]') return Array.isArray(value) ? value.map((item) => add(item, rest, names)) : value
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const fields = value as Fields
  if (step !== undefined) return step in fields ? { ...fields, [step]: add(fields[step], rest, names) } : value
  const more: Fields = {}
  for (const [name, from] of Object.entries(names)) {
    more[name] = typeof from === 'string' ? fields[from] : from.from(fields)
  }
  return { ...fields, ...more }
}
