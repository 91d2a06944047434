import type pg from 'pg'
import { isConnectionBroken } from './errors.ts'
import { type ConnectionOfPg, RoundTrip, type Row } from './round-trip.ts'
import type { Call } from './statement.ts'

/** What is touched of `pg`'s client, which turns to one query at a time and forgets it when it is done or has failed. */
interface ClientOfPg {
  query(submittable: unknown): void
  _types: unknown
  _activeQuery: unknown
  readyForQuery: boolean
}

export interface LaneEvents {
  /** A round trip has been answered, so many milliseconds after the one before it or after it was sent. */
  answered?(calls: readonly Call[], milliseconds: number): void
  /** Nothing is under way any more. `broken`: the connection is of no use. */
  drained?(broken: boolean): void
}

/**
 * Round trips behind each other on one connection. Each has a Sync of its own, so each is a transaction of its own and
 * fails alone; only a broken connection fails them all. Implements what `pg`'s client asks of a query object.
 */
export class Lane {
  readonly #client: ClientOfPg
  readonly #events: LaneEvents
  readonly #trips: RoundTrip[] = []
  #connection: ConnectionOfPg | undefined
  #headSince = 0

  constructor(client: pg.PoolClient, events: LaneEvents = {}) {
    this.#client = client as unknown as ClientOfPg
    this.#events = events
  }

  /** What is under way, in its order. */
  get trips(): readonly RoundTrip[] {
    return this.#trips
  }

  /** How long the first one has been at it, in milliseconds. */
  get headAge(): number {
    return performance.now() - this.#headSince
  }

  send(calls: readonly Call[]): Promise<Row[][]> {
    // oxlint-disable-next-line no-underscore-dangle -- how pg names it.
    const trip = new RoundTrip(calls, this.#client._types)
    if (this.#trips.push(trip) === 1) this.#headSince = performance.now()
    if (this.#connection) trip.write(this.#connection)
    else this.#client.query(this)
    return trip.rows
  }

  submit(connection: ConnectionOfPg): null {
    this.#connection = connection
    for (const trip of this.#trips) trip.write(connection)
    return null
  }

  get #head(): RoundTrip {
    return this.#trips[0] as RoundTrip
  }

  // The client records `parsedStatements[query.name] = query.text` at each ParseComplete, reading name and then text.
  get name(): string | undefined {
    return this.#head.parsing[0]?.name
  }

  get text(): string | undefined {
    return this.#head.parsing.shift()?.text
  }

  handleRowDescription(message: { fields: unknown[] }): void {
    this.#head.describe(message.fields)
  }

  handleDataRow(message: { fields: unknown[] }): void {
    this.#head.readRow(message.fields)
  }

  handleCommandComplete(): void {
    this.#head.endStatement()
  }

  handleEmptyQuery(): void {
    this.#head.endStatement()
  }

  handlePortalSuspended(): void {}

  handleReadyForQuery(): void {
    const { calls } = this.#head
    this.#head.finish()
    this.#trips.shift()
    const now = performance.now()
    this.#events.answered?.(calls, now - this.#headSince)
    this.#headSince = now
    if (this.#trips.length > 0) return this.#stay()
    this.#connection = undefined
    this.#events.drained?.(false)
  }

  handleError(error: Error): void {
    if (!isConnectionBroken(error)) {
      this.#head.fail(error)
      return this.#stay()
    }
    this.#connection = undefined
    for (const trip of this.#trips.splice(0)) trip.fail(error)
    this.#events.drained?.(true)
  }

  /** The client has let go of this query, but more is to come for it: at the least, the answer to a Sync. */
  #stay(): void {
    // oxlint-disable-next-line no-underscore-dangle -- how pg names it.
    this.#client._activeQuery = this
    this.#client.readyForQuery = false
  }
}
