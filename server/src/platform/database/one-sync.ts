import type pg from 'pg'
import { createRequire } from 'node:module'
import { serialize } from 'pg-protocol'
import { isConnectionBroken } from './errors.ts'
import type { Call } from './statement.ts'

// `pg` does not export these two; its version is pinned and `scope.test.ts` runs this form beside its plain twin.
const require = createRequire(import.meta.url)
const Result = require('pg/lib/result') as new (mode: undefined, types: unknown) => ResultOfPg
const { prepareValue } = require('pg/lib/utils') as { prepareValue(value: unknown): unknown }

interface ResultOfPg {
  addFields(fields: unknown[]): void
  parseRow(fields: unknown[]): Row
}

interface ConnectionOfPg {
  stream: { write(bytes: Buffer): void }
  parsedStatements: Record<string, string>
}

export type Row = Record<string, unknown>

/**
 * Sends several prepared statements in one round trip with one Sync. Outside `begin … commit` they are one implicit
 * transaction: all take effect or none. Resolves with the rows of each.
 */
export function sendTogether(client: pg.PoolClient, calls: Call[]): Promise<Row[][]> {
  const pipeline = new Pipeline(client, calls)
  ;(client as unknown as { query(submittable: unknown): void }).query(pipeline)
  return pipeline.promise
}

/**
 * The same with one round trip a statement, for where the form above cannot go (`DATABASE_PIPELINE=off`). `alone`: the
 * calls are a transaction of their own; otherwise they begin, continue or end one with calls of their own.
 */
export async function sendOneByOne(client: pg.PoolClient, calls: Call[], alone: boolean): Promise<Row[][]> {
  const results: Row[][] = []
  try {
    if (alone) await client.query('begin')
    for (const { name, text, values } of calls) results.push((await client.query<Row>({ name, text, values })).rows)
    if (alone) await client.query('commit')
  } catch (error) {
    if (alone && !isConnectionBroken(error)) await client.query('rollback')
    throw error
  }
  return results
}

// How each statement's rows read, per connection; null: it answers none. A prepared statement cannot change that (the
// server refuses: "cached plan must not change result type"), so it is described once and never again.
const described = new WeakMap<ConnectionOfPg, Map<string, ResultOfPg | null>>()

const describe = serialize.describe({ type: 'P' })
const execute = serialize.execute()
const sync = serialize.sync()

/** Implements what `pg`'s Client asks of a query object. */
class Pipeline {
  readonly promise: Promise<Row[][]>
  #resolve!: (rows: Row[][]) => void
  #reject!: (error: Error) => void
  readonly #calls: Call[]
  readonly #types: unknown
  readonly #rows: Row[][] = []
  #current: Row[] = []
  #readers!: Map<string, ResultOfPg | null>
  readonly #parsing: Call[] = []

  constructor(client: pg.PoolClient, calls: Call[]) {
    this.#calls = calls
    // oxlint-disable-next-line no-underscore-dangle -- how pg names it.
    this.#types = (client as unknown as { _types: unknown })._types
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  // The client records `parsedStatements[query.name] = query.text` at each ParseComplete, reading name and then text.
  get name(): string | undefined {
    return this.#parsing[0]?.name
  }

  get text(): string | undefined {
    return this.#parsing.shift()?.text
  }

  submit(connection: ConnectionOfPg): null {
    let readers = described.get(connection)
    if (!readers) described.set(connection, (readers = new Map()))
    this.#readers = readers
    const messages: Buffer[] = []
    try {
      for (const { name, text, values } of this.#calls) {
        // A statement counts as parsed only at ParseComplete: earlier, a failing Bind would poison the connection.
        if (!connection.parsedStatements[name] && !this.#parsing.some((parsing) => parsing.name === name)) {
          messages.push(serialize.parse({ name, text }))
          this.#parsing.push({ name, text, values })
        }
        messages.push(serialize.bind({ statement: name, values, valueMapper: prepareValue }))
        if (!readers.has(name)) messages.push(describe)
        messages.push(execute)
      }
    } catch (error) {
      // A value that cannot be written: nothing of this goes out, but the client waits for an answer to the Sync.
      messages.length = 0
      this.#parsing.length = 0
      this.#reject(error as Error)
    }
    messages.push(sync)
    // One write for all of it: the sockets' queue of small ones costs more than the copy.
    connection.stream.write(Buffer.concat(messages))
    return null
  }

  get #statement(): string {
    return (this.#calls[this.#rows.length] as Call).name
  }

  handleRowDescription(message: { fields: unknown[] }): void {
    const reader = new Result(undefined, this.#types)
    reader.addFields(message.fields)
    this.#readers.set(this.#statement, reader)
  }

  handleDataRow(message: { fields: unknown[] }): void {
    try {
      this.#current.push((this.#readers.get(this.#statement) as ResultOfPg).parseRow(message.fields))
    } catch (error) {
      this.#reject(error as Error)
    }
  }

  handleCommandComplete(): void {
    if (!this.#readers.has(this.#statement)) this.#readers.set(this.#statement, null)
    this.#rows.push(this.#current)
    this.#current = []
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete()
  }

  handlePortalSuspended(): void {}

  handleReadyForQuery(): void {
    this.#resolve(this.#rows)
  }

  // The client forgets the active query on ErrorResponse, so waiting for ReadyForQuery here would hang for ever.
  handleError(error: Error): void {
    this.#reject(error)
  }
}
