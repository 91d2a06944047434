import type pg from 'pg'
import { createRequire } from 'node:module'
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
  stream: { cork?(): void; uncork?(): void }
  parsedStatements: Record<string, string>
  parse(query: { name: string; text: string; types: never[] }): void
  bind(config: { portal: string; statement: string; values: unknown[]; valueMapper: typeof prepareValue }): void
  describe(message: { type: 'P'; name: string }): void
  execute(config: { portal: string; rows: number }): void
  sync(): void
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

/** The same with one round trip a statement, for where the form above cannot go (`DATABASE_PIPELINE=off`). */
export async function sendOneByOne(client: pg.PoolClient, calls: Call[]): Promise<Row[][]> {
  const own = calls[0]?.name !== 'begin' && calls.at(-1)?.name !== 'commit' && !openTransactions.has(client)
  const results: Row[][] = []
  if (own) await client.query('begin')
  try {
    for (const call of calls) {
      results.push((await client.query({ name: call.name, text: call.text, values: call.values })).rows as Row[])
      if (call.name === 'begin') openTransactions.add(client)
      if (call.name === 'commit') openTransactions.delete(client)
    }
    if (own) await client.query('commit')
  } catch (error) {
    openTransactions.delete(client)
    if (own) await client.query('rollback')
    throw error
  }
  return results
}

const openTransactions = new WeakSet<pg.PoolClient>()

/** Implements what `pg`'s Client asks of a query object. */
class Pipeline {
  readonly promise: Promise<Row[][]>
  #resolve!: (rows: Row[][]) => void
  #reject!: (error: Error) => void
  readonly #calls: Call[]
  readonly #types: unknown
  readonly #rows: Row[][] = []
  #current: Row[] = []
  #result: ResultOfPg | null = null
  readonly #parsing: Call[] = []

  constructor(client: pg.PoolClient, calls: Call[]) {
    this.#calls = calls
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
    connection.stream.cork?.()
    try {
      for (const call of this.#calls) {
        // A statement counts as parsed only at ParseComplete: earlier, a failing Bind would poison the connection.
        if (!connection.parsedStatements[call.name] && !this.#parsing.some((parsing) => parsing.name === call.name)) {
          this.#parsing.push(call)
          connection.parse({ name: call.name, text: call.text, types: [] })
        }
        connection.bind({ portal: '', statement: call.name, values: call.values, valueMapper: prepareValue })
        connection.describe({ type: 'P', name: '' })
        connection.execute({ portal: '', rows: 0 })
      }
    } catch (error) {
      this.#reject(error as Error)
    } finally {
      connection.sync()
      connection.stream.uncork?.()
    }
    return null
  }

  handleRowDescription(message: { fields: unknown[] }): void {
    this.#result = new Result(undefined, this.#types)
    this.#result.addFields(message.fields)
  }

  handleDataRow(message: { fields: unknown[] }): void {
    try {
      this.#current.push((this.#result as ResultOfPg).parseRow(message.fields))
    } catch (error) {
      this.#reject(error as Error)
    }
  }

  handleCommandComplete(): void {
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
