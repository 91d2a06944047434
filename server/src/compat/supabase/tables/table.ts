import type { CallOperation } from '../../composite.ts'
import type { Ctx } from '../../../platform/context.ts'
import type { Row } from '../postgrest/matches.ts'

/** An item of an operation's response. */
// oxlint-disable-next-line no-explicit-any -- items of many operations; columns read them by name.
export type Item = Record<string, any>

/** What reads and writes of a table may use. */
export interface Env {
  call: CallOperation<string>
  ctx: Ctx
  /** Returns who acts, and in which workspace; null where no one is signed in. */
  actor(): Promise<{ userId: string | null; workspaceId: string | null }>
  /** Returns undefined where the operation answers 404. */
  orNothing(read: () => Promise<Item>): Promise<Item | undefined>
  /** Notes that a column of the body had no effect. */
  ignored(column: string): void
}

export interface Column {
  /** Returns the value out of the operation's item. */
  read(item: Item): unknown
  /** Returns the fields of the operation's body. Left out: the column is read only, and setting it is refused. */
  write?(value: unknown): Record<string, unknown>
  /** It may be sent and has no effect: the server sets it. */
  isServerOwned?: boolean
  /** What it is, where the name does not say it. */
  about?: string
  /** A value for the example of a body. */
  example?: unknown
}

export type Columns = Readonly<Record<string, Column>>

/** A call of an operation behind a table: its path and query parameters from the query's `eq` filters. */
export interface ListPlan {
  operation: string
  /** Path parameters, each from an `eq` filter on a column; the query is refused without it. */
  params?: Readonly<Record<string, string>>
  /** Query parameters that the operation filters by, each from an `eq` filter on a column. */
  filters?: Readonly<Record<string, string>>
  /** Columns that a query must filter by with `eq`. */
  required?: readonly string[]
  /** Fixed query parameters. */
  query?: Readonly<Record<string, string>>
  /** The column that the operation's list is in the order of, and whether it descends. */
  order?: { column: string; descending: boolean }
  /** `list`: pages with `limit` and `cursor`. `bare`: pages of its own size. `one`: a single item, or 404 for none. */
  form: 'list' | 'bare' | 'one'
  /** Items out of the response, where they are not it or its `data`. */
  items?(answer: Item, eq: ReadonlyMap<string, string>, env: Env): Item[] | Promise<Item[]>
  /** Reads all items by several operations, in the place of `operation` alone. At most `maxItemsRead`. */
  run?(env: Env, eq: ReadonlyMap<string, string>): Promise<Item[]>
  /** The operations that `run` calls besides `operation`. */
  also?: readonly string[]
}

export interface Embed {
  table: string
  /** `many`: a list; `one`: an object or null. */
  cardinality: 'many' | 'one'
  /** Reads the rows' items of the embedded table, for one item of this table. */
  items(env: Env, item: Item): Promise<Item[]> | Item[]
  /** The operations that `items` calls. */
  operations?: readonly string[]
  /** Returns how many there are, for `table(count)`. Default: the number of items. */
  count?(item: Item): number
}

export type FrontEndName = 'calling' | 'shop' | 'sales'

/** A table of the data API: a view onto operations, as data. */
export interface TableView {
  name: string
  /** The front-ends that use it. */
  of: readonly FrontEndName[]
  about: string
  columns: Columns
  /** The column that identifies a row. Default: `id`. */
  key?: string
  /** Path parameter `shopId` is the workspace: from the filter on this column, or the current workspace. */
  shop?: string
  list: ListPlan
  /** Reads one row by its key. */
  one?: {
    operation: string
    param: string
    data?: boolean
    /** Further columns that hold the same id. */
    also?: readonly string[]
    /** Returns whether the item is a row of this table. */
    isRow?(item: Item): boolean
  }
  /** Why rows cannot be inserted, updated or deleted, in a sentence. */
  refuses?: { insert?: string; update?: string; remove?: string }
  embeds?: Readonly<Record<string, Embed>>
  insert?: {
    operation: string
    /** Further operations that `run` calls. */
    also?: readonly string[]
    example: Row
    /** Creates a row. Default: the operation with the body that the columns make. */
    run?(env: Env, row: Row, body: Item): Promise<Item>
    /** Response is `{data}`. */
    data?: boolean
    /** Columns whose conflict an upsert may name. */
    conflict?: readonly string[]
  }
  update?: {
    operation: string
    also?: readonly string[]
    example: Row
    param?: string
    data?: boolean
    /** Changes a row. Default: the operation with the key as its path parameter and the body that the columns make. */
    run?(env: Env, item: Item, changes: Row, body: Item): Promise<Item>
  }
  remove?: {
    operation: string
    also?: readonly string[]
    param?: string
    run?(env: Env, item: Item): Promise<unknown>
  }
}

/** A value of a body as text. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

// Columns, in short.

type Reading = string | ((item: Item) => unknown)

const reader = (from: Reading) => (typeof from === 'function' ? from : (item: Item) => item[from] ?? null)

/** Read and written under one name of the operation. */
export const field = (name: string, example?: unknown): Column => ({
  read: reader(name),
  write: (value) => ({ [name]: value }),
  ...(example !== undefined && { example }),
})

/** Read only; refused in a body. */
export const reads = (from: Reading, about?: string): Column => ({ read: reader(from), ...(about && { about }) })

/** Set by the server: accepted in a body and ignored. */
export const owned = (from: Reading, about?: string): Column => ({
  read: reader(from),
  isServerOwned: true,
  ...(about && { about }),
})

/** Without a counterpart: always this value, and ignored in a body. */
export const fixed = (value: unknown, about?: string): Column => owned(() => value, about)

/** Read from one name and written by a function. */
export const written = (from: Reading, write: (value: unknown) => Record<string, unknown>, about?: string): Column => ({
  read: reader(from),
  write,
  ...(about && { about }),
})

/** Columns that are fields of the same name. */
export const fields = (...names: string[]): Record<string, Column> =>
  Object.fromEntries(names.map((name) => [name, field(name)]))

/** Columns that the server owns, of the same name. */
export const ownedFields = (...names: string[]): Record<string, Column> =>
  Object.fromEntries(names.map((name) => [name, owned(name)]))
