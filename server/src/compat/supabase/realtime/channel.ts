import type { OutgoingFrame } from '../../../platform/sockets/frame-codec.ts'
import type { FrameCodec } from '../../../platform/sockets/frame-codec.ts'
import type { Listener } from '../../../platform/sockets/hub.ts'
import { badQuery } from '../failure.ts'
import { type Test, parseTest } from '../postgrest/filters.ts'
import { type Row, matches } from '../postgrest/matches.ts'
import { type Change, changingTables } from './changes.ts'

/** One `postgres_changes` of a channel, as the client asked for it. */
interface Binding {
  id: number
  asked: Record<string, unknown>
  event: string
  table: string
  filter: Test | undefined
}

export interface Channel extends Listener {
  /** The bindings as the reply to the join repeats them. */
  readonly bindings: readonly Record<string, unknown>[]
}

const maxBindings = 20
/** Rows whose last state is remembered, so that an update can say what was before. */
const maxRemembered = 200

/** Reads the bindings of a join. Throws 400 for what is not supported, in a sentence that says what is. */
export function readBindings(config: unknown): Binding[] {
  const { postgres_changes, presence } = (config ?? {}) as {
    postgres_changes?: unknown
    presence?: { enabled?: unknown }
  }
  if (presence?.enabled === true) throw onlyChanges('Presence')
  if (!Array.isArray(postgres_changes) || postgres_changes.length === 0) throw onlyChanges('Broadcast')
  if (postgres_changes.length > maxBindings) throw badQuery(`A channel has at most ${maxBindings} postgres_changes.`)
  return postgres_changes.map((asked: unknown, at): Binding => {
    const { event, schema = 'public', table, filter } = (asked ?? {}) as Record<string, unknown>
    if (typeof event !== 'string' || !['*', 'INSERT', 'UPDATE', 'DELETE'].includes(event))
      throw badQuery('event must be *, INSERT, UPDATE or DELETE.')
    if (schema !== 'public') throw badQuery('The schema must be public.')
    if (typeof table !== 'string' || !changingTables.has(table))
      throw badQuery(
        `Changes of ${JSON.stringify(table ?? null).slice(0, 100)} are not reported.`,
        `Tables: ${[...changingTables].join(', ')}.`,
      )
    return { id: at + 1, asked: asked as Record<string, unknown>, event, table, filter: readFilter(filter) }
  })
}

function readFilter(filter: unknown): Test | undefined {
  if (filter === undefined || filter === null || filter === '') return undefined
  const [, column, test] = /^(\w{1,100})=(.{1,500})$/s.exec(typeof filter === 'string' ? filter : '') ?? []
  if (column === undefined || test === undefined) throw badQuery('A filter is like id=eq.5.')
  return parseTest(column, test)
}

const onlyChanges = (what: string) =>
  badQuery(`${what} is not supported here. Subscribe to postgres_changes of: ${[...changingTables].join(', ')}.`)

/** Sends the changes that the bindings are for. */
export function createChannel(
  bindings: readonly Binding[],
  codec: FrameCodec,
  send: (payload: Record<string, unknown>) => void,
): Channel {
  const remembered = new Map<string, Row>()
  return {
    bindings: bindings.map(({ id, asked }) => ({ ...asked, id })),
    receive(frame: OutgoingFrame) {
      const text = frame.as(codec)
      if (!text) return
      for (const change of JSON.parse(text.toString('utf8')) as Change[]) report(change)
    },
  }

  function report({ table, type, record }: Change): void {
    const ids = bindings
      .filter((one) => one.table === table && (one.event === '*' || one.event === type))
      .filter(({ filter }) => filter === undefined || matches(record, filter))
      .map(({ id }) => id)
    if (ids.length === 0) return
    const key = `${table} ${String(record.id)}`
    // Before the first one nothing is known: then nothing has changed, which is better than a change out of nothing.
    const before = remembered.get(key) ?? record
    remembered.delete(key)
    remembered.set(key, record)
    if (remembered.size > maxRemembered) remembered.delete(remembered.keys().next().value as string)
    send({
      ids,
      data: {
        schema: 'public',
        table,
        type,
        commit_timestamp: new Date().toISOString(),
        columns: [],
        record,
        ...(type === 'UPDATE' && { old_record: before }),
        errors: null,
      },
    })
  }
}
