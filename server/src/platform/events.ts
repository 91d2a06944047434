import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Scope } from './access.ts'
import type { Ctx } from './context.ts'
import { type Call, statement } from './database/statement.ts'
import { newId } from './id.ts'

/**
 * A fact that a module announces, in the past tense: `event('contact.created', z.object({ contact_id: z.uuid() }), { event: 'contact:new', scope: 'contacts:read' })`.
 * Versioned by adding fields.
 */
export interface EventType<T extends z.ZodType = z.ZodType> {
  readonly type: string
  readonly data: T
  /** How live clients hear of it; left out: they do not. */
  readonly live?: LiveForm<z.output<T>>
  /** A statement that goes with the commit of the fact: how a module below keeps its own record of it. */
  readonly companionWrite?: CompanionWrite<z.output<T>>
}

export type CompanionWrite<D> = (data: D, eventId: string) => Call | undefined

export interface LiveForm<D> {
  /** The frame's `event`: `import:progress`. */
  event: string
  /** Members of the workspace whose role has this scope hear of it. */
  scope?: Scope | ((data: D) => Scope | null)
  /** Others who do: `user:<id>`, `chat:<id>`, `campaign:<id>`. */
  topics?(data: D): string[]
  /** What they see; default: the data itself. */
  frame?(data: D): object
}

/** An event as subscribers get it; `transaction` and `sequence` are its place in the log. */
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

/** The frames' `event`s of all facts that live clients hear of. */
export const liveEvents = (): string[] => [...catalogue.values()].flatMap(({ live }) => live?.event ?? [])

/** The same with the data of each fact. */
export const liveEventSchemas = (): { event: string; data: z.ZodType }[] =>
  [...catalogue.values()].flatMap(({ live, data }) => (live ? [{ event: live.event, data }] : []))

export const eventType = (type: string): EventType | undefined => catalogue.get(type)

export interface PendingEvent {
  id: string
  type: string
  data: unknown
  topics: string[]
  /** Whoever has it in the workspace at hand, which only the database knows by now. */
  scope: Scope | null
}

/**
 * Announces a fact. It is written to the outbox with the commit of the transaction at hand, so it is told if and only
 * if it became true. Call it inside a `write` route or `transaction`, before a statement that commits.
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

// An expression and no subquery: every write pays for it. Without a scope or a workspace what is appended is null.
const heardBy = (topics: RawBuilder<string[]>, scope: RawBuilder<string | null>) =>
  sql`array_remove(array_append(${topics}, app.workspace_id() || '/' || ${scope}), null)`

const append = statement(
  'events.append',
  (_, p: PendingEvent) =>
    sql<Record<string, never>>`
    insert into platform.events (id, type, data, topics)
    values (${p.id}, ${p.type}, ${p.data}::jsonb, ${heardBy(sql`${p.topics}::text[]`, sql`${p.scope}::text`)})`,
)

const appendSeveral = statement(
  'events.append_several',
  (_, p: { events: string }) =>
    sql<Record<string, never>>`
    insert into platform.events (id, type, data, topics)
    select id, type, data, ${heardBy(sql`topics`, sql`scope`)}
      from jsonb_to_recordset(${p.events}::jsonb) as e (id uuid, type text, data jsonb, topics text[], scope text)`,
)

export function appendEvents(events: PendingEvent[]): Call {
  const [event] = events
  return event && events.length === 1
    ? append.call({ ...event, data: JSON.stringify(event.data) })
    : appendSeveral.call({ events: JSON.stringify(events) })
}
