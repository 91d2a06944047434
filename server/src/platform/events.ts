import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Scope } from './access.ts'
import type { Ctx } from './context.ts'
import { type Call, statement } from './database/statement.ts'
import { newId } from './id.ts'

/**
 * An event that a module emits, in the past tense: `event('contact.created', z.object({ contact_id: z.uuid() }), { event: 'contact:new', scope: 'contacts:read' })`.
 * Versioned by adding fields.
 */
export interface EventType<T extends z.ZodType = z.ZodType> {
  readonly type: string
  readonly data: T
  /** The form in which live clients receive it. Left out: they do not. */
  readonly live?: LiveForm<z.output<T>>
  /** A statement in the same commit, by which a module of a lower layer stores its own record of the event. */
  readonly companionWrite?: CompanionWrite<z.output<T>>
}

export type CompanionWrite<D> = (data: D, eventId: string) => Call | undefined

export interface LiveForm<D> {
  /** The frame's `event`: `import:progress`. */
  event: string
  /** Members of the workspace whose role has this scope receive it. */
  scope?: Scope | ((data: D) => Scope | null)
  /** Further topics: `user:<id>`, `chat:<id>`, `campaign:<id>`. */
  topics?(data: D): string[]
  /** The data of the frame. Default: the data of the event. */
  frame?(data: D): object
}

/** An event as subscribers get it; `transaction` and `sequence` are its position in the log. */
export interface StoredEvent<D = unknown> {
  sequence: number
  transaction: number
  id: string
  workspace_id: string | null
  type: string
  data: D
  topics: string[]
  created_at: string
}

const catalogue = new Map<string, EventType>()

export function event<T extends z.ZodType>(
  type: string,
  data: T,
  live?: LiveForm<z.output<T>>,
  companionWrite?: CompanionWrite<z.output<T>>,
): EventType<T> {
  if (catalogue.has(type)) throw new Error(`Event ${type} is declared twice.`)
  const declared: EventType<T> = { type, data, ...(live && { live }), ...(companionWrite && { companionWrite }) }
  catalogue.set(type, declared)
  return declared
}

/** Returns the frame names (`event`) of all events that live clients receive. */
export const liveEvents = (): string[] => [...catalogue.values()].flatMap(({ live }) => live?.event ?? [])

/** The same with the schema of each event's data. */
export const liveEventSchemas = (): { event: string; data: z.ZodType }[] =>
  [...catalogue.values()].flatMap(({ live, data }) => (live ? [{ event: live.event, data }] : []))

export const eventType = (type: string): EventType | undefined => catalogue.get(type)

export interface PendingEvent {
  id: string
  type: string
  data: unknown
  topics: string[]
  /** Members with this scope in the current workspace, which only the database knows at this point. */
  scope: Scope | null
}

/**
 * Emits an event. It is written to the outbox with the commit of the current transaction, so it is published if and only
 * if the change was committed. Call it inside a `write` route or `transaction`, before a statement that commits.
 */
export function emit<T extends z.ZodType>(ctx: Ctx, type: EventType<T>, data: z.input<T>): void {
  const parsed = type.data.parse(data)
  const { topics, scope = null } = type.live ?? {}
  const id = newId()
  ctx.outbox(
    {
      id,
      type: type.type,
      data: parsed,
      topics: topics?.(parsed) ?? [],
      scope: typeof scope === 'function' ? scope(parsed) : scope,
    },
    type.companionWrite?.(parsed, id),
  )
}

/** The topic of a workspace's members whose role has the scope. */
export const workspaceTopic = (workspaceId: string, scope: Scope) => `${workspaceId}/${scope}`

// An expression instead of a subquery, since every write pays for it. Without a scope or a workspace it appends null.
const topicsOf = (topics: RawBuilder<string[]>, scope: RawBuilder<string | null>) =>
  sql`array_remove(array_append(${topics}, app.workspace_id() || '/' || ${scope}), null)`

const append = statement(
  'events.append',
  (_, p: PendingEvent) =>
    sql<Record<string, never>>`
    insert into platform.events (id, type, data, topics)
    values (${p.id}, ${p.type}, ${p.data}::jsonb, ${topicsOf(sql`${p.topics}::text[]`, sql`${p.scope}::text`)})`,
)

const appendSeveral = statement(
  'events.append_several',
  (_, p: { events: string }) =>
    sql<Record<string, never>>`
    insert into platform.events (id, type, data, topics)
    select id, type, data, ${topicsOf(sql`topics`, sql`scope`)}
      from jsonb_to_recordset(${p.events}::jsonb) as e (id uuid, type text, data jsonb, topics text[], scope text)`,
)

export function appendEvents(events: PendingEvent[]): Call {
  const [event] = events
  return event && events.length === 1
    ? append.call({ ...event, data: JSON.stringify(event.data) })
    : appendSeveral.call({ events: JSON.stringify(events) })
}
