import { createRequire } from 'node:module'
import type pg from 'pg'
import { serialize } from 'pg-protocol'
import type { Call } from './statement.ts'

// `pg` does not export these two; its version is pinned and `scope.test.ts` runs this form beside its plain variant.
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

type Readers = Map<string, ResultOfPg | null>

// How each statement's rows read, per connection; null: it returns none. A prepared statement cannot change that (the
// server refuses: "cached plan must not change result type"), so it is described once and never again.
const described = new WeakMap<ConnectionOfPg, Readers>()

const describe = serialize.describe({ type: 'P' })
const execute = serialize.execute()
const sync = serialize.sync()

/**
 * Sends several prepared statements in one round trip with one Sync. Outside `begin … commit` they are one implicit
 * transaction: all take effect or none. Resolves with the rows of each.
 */
export function sendTogether(client: pg.PoolClient, calls: readonly Call[]): Promise<Row[][]> {
  return new Promise((resolve, reject) => {
    // oxlint-disable-next-line no-underscore-dangle -- how pg names it.
    const { query, _types } = client as unknown as { query(trip: RoundTrip): void; _types: unknown }
    query.call(client, new RoundTrip(calls, _types, resolve, reject))
  })
}

/** Implements what `pg`'s client asks of a query object, which turns to one at a time. */
class RoundTrip {
  readonly #calls: readonly Call[]
  readonly #types: unknown
  readonly #resolve: (rows: Row[][]) => void
  readonly #reject: (error: Error) => void
  /** Statements sent with Parse whose ParseComplete has not arrived. */
  readonly #parsing: Call[] = []
  readonly #read: Row[][] = []
  #current: Row[] = []
  #readers!: Readers

  constructor(
    calls: readonly Call[],
    types: unknown,
    resolve: (rows: Row[][]) => void,
    reject: (error: Error) => void,
  ) {
    this.#calls = calls
    this.#types = types
    this.#resolve = resolve
    this.#reject = reject
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

  // The client records `parsedStatements[query.name] = query.text` at each ParseComplete, reading name and then text.
  get name(): string | undefined {
    return this.#parsing[0]?.name
  }

  get text(): string | undefined {
    return this.#parsing.shift()?.text
  }

  handleRowDescription({ fields }: { fields: unknown[] }): void {
    const reader = new Result(undefined, this.#types)
    reader.addFields(fields)
    this.#readers.set(this.#statement, reader)
  }

  handleDataRow({ fields }: { fields: unknown[] }): void {
    try {
      this.#current.push((this.#readers.get(this.#statement) as ResultOfPg).parseRow(fields))
    } catch (error) {
      this.#reject(error as Error)
    }
  }

  handleCommandComplete(): void {
    if (!this.#readers.has(this.#statement)) this.#readers.set(this.#statement, null)
    this.#read.push(this.#current)
    this.#current = []
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete()
  }

  handlePortalSuspended(): void {}

  handleReadyForQuery(): void {
    this.#resolve(this.#read)
  }

  handleError(error: Error): void {
    this.#reject(error)
  }

  get #statement(): string {
    return (this.#calls[this.#read.length] as Call).name
  }
}
