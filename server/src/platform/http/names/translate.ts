import type { Shape } from './shape.ts'

type Fields = Record<string, unknown>

/**
 * Returns `value` with the fields that `shape` knows under another spelling renamed to its own. A field under its own name
 * wins over the same field under another one. Adds the paths of fields that have no name here to `unknown`. Leaves `value`
 * as it is, and returns it itself when there is nothing to rename.
 */
export function translate(shape: Shape, value: unknown, path: string, unknown: string[]): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    const { item } = shape
    return item && hasNames(item) ? mapped(value, (one, at) => translate(item, one, `${path}[${at}]`, unknown)) : value
  }
  const { fields, spellings, isOpen } = shape
  if (!fields) return value
  let renamed: Fields | undefined
  for (const [name, given] of Object.entries(value)) {
    const field = fields.get(name)
    if (field) {
      const translated = hasNames(field) ? translate(field, given, `${path}.${name}`, unknown) : given
      if (translated !== given) (renamed ??= { ...value })[name] = translated
      continue
    }
    const own = spellings?.get(name)
    if (own === undefined) {
      if (!isOpen) unknown.push(`${path}.${name}`)
      continue
    }
    renamed ??= { ...value }
    delete renamed[name]
    if (!Object.hasOwn(value, own))
      renamed[own] = translate(fields.get(own) as Shape, given, `${path}.${name}`, unknown)
  }
  return renamed ?? value
}

const hasNames = ({ fields, item }: Shape) => fields !== undefined || item !== undefined

/** Like `map`, but the list itself when no item changed. */
function mapped(list: unknown[], change: (item: unknown, at: number) => unknown): unknown[] {
  let changed: unknown[] | undefined
  list.forEach((item, at) => {
    const now = change(item, at)
    if (now !== item) (changed ??= [...list])[at] = now
  })
  return changed ?? list
}

/** Other names of fields, each with the field's own: `{ phone: 'phone_number', 'schedule.startDate': 'start_at' }`. */
export type Aliases = Readonly<Record<string, string>>

/** Returns `value` with each alias that is there moved to the field's own name, unless that is there too. */
export function resolveAliases(aliases: Aliases, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  let moved: Fields | undefined
  for (const [alias, own] of Object.entries(aliases)) {
    const from = alias.split('.')
    const given = valueAt(moved ?? (value as Fields), from)
    if (given === undefined) continue
    moved = without(moved ?? (value as Fields), from)
    const to = own.split('.')
    if (valueAt(moved, to) === undefined) moved = withValue(moved, to, given)
  }
  return moved ?? value
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function valueAt(fields: Fields, [name, ...rest]: string[]): unknown {
  if (name === undefined || !Object.hasOwn(fields, name)) return undefined
  const value = fields[name]
  return rest.length === 0 ? value : isFields(value) ? valueAt(value, rest) : undefined
}

/** Removes a field that is there, and the objects around it that are empty then. */
function without(fields: Fields, [name, ...rest]: string[]): Fields {
  const { [name as string]: value, ...others } = fields
  if (rest.length === 0 || !isFields(value)) return others
  const left = without(value, rest)
  return Object.keys(left).length > 0 ? { ...others, [name as string]: left } : others
}

function withValue(fields: Fields, [name, ...rest]: string[], value: unknown): Fields {
  if (name === undefined) return fields
  if (rest.length === 0) return { ...fields, [name]: value }
  const inner = fields[name]
  return { ...fields, [name]: withValue(isFields(inner) ? inner : {}, rest, value) }
}
