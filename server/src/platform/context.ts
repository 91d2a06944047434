import type { Access } from './access.ts'
import type { Connections } from './database/connections.ts'
import { type AccessCheck, type Db, lazyTransaction, standalone } from './database/scope.ts'
import type { Call } from './database/statement.ts'
import { type PendingEvent, appendEvents } from './events.ts'
import type { Log } from './log.ts'
import { preambleFor } from './session-preamble.ts'
import type { Services } from './services.ts'

/** The caller. Its session preamble checks it against the database. */
export type Principal =
  | { kind: 'user'; userId: string; sessionId: string }
  | { kind: 'api_key'; hash: Buffer }
  | { kind: 'public' }
  | { kind: 'server'; workspaceId: string | null; userId: string | null }

/** Everything a verb needs to know: who acts, the database as they may see it, the services, the clock. */
export interface Ctx {
  readonly principal: Principal
  readonly requestId: string
  readonly services: Services
  readonly log: Log
  readonly now: () => Date
  /** In a `write` route or inside `transaction`: the transaction. Otherwise each statement stands alone. */
  readonly db: Db
  /** Used by `emit`: the event, and a statement that goes with it. */
  outbox(event: PendingEvent, also?: Call): void
  /** Runs after the commit (at once when there is no transaction). Must not throw. */
  afterCommit(run: () => void): void
  /** Used by `transaction`. */
  readonly scope: Scope
}

export interface Scope {
  readonly connections: Connections
  readonly check: AccessCheck
  readonly readOnly: boolean
  readonly inTransaction: boolean
}

export interface ContextOptions {
  services: Services
  principal: Principal
  entry: Entry
  /** The client's address; undefined for the server's own work. */
  address?: string
  /** For the server's own work: a share of the connections apart from its other work. */
  share?: string
  requestId: string
  log: Log
  readOnly?: boolean
}

/**
 * A context in which each statement stands alone. `transaction` makes one that holds several together. Throws 401 when
 * the caller has not signed in and must.
 */
export function createContext(options: ContextOptions): Ctx {
  const { services, principal, entry, address = null, share, requestId, log, readOnly = false } = options
  const connections = services.connections
  const check: AccessCheck = {
    caller: { principal, workspaceId: entry.workspaceId, address, ...(share !== undefined && { share }) },
    open: preambleFor(principal, entry),
  }
  return {
    principal,
    requestId,
    services,
    log,
    now: services.now,
    db: standalone(connections, check, readOnly),
    outbox() {
      throw new Error('emit needs a transaction: make the route `write` or use transaction(ctx, …).')
    },
    afterCommit: (run) => run(),
    scope: { connections, check, readOnly, inTransaction: false },
  }
}

/**
 * Runs `work` in one transaction, events included; a nested call joins the outer one. Rolls back when `work` throws.
 * Begin, session preamble and first statement travel together; outbox and commit travel together.
 */
export async function transaction<T>(ctx: Ctx, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  if (ctx.scope.inTransaction) return work(ctx.scope.readOnly ? ctx : joined(ctx))
  const { connections, check, readOnly } = ctx.scope
  const tx = lazyTransaction(connections, check, readOnly)
  const events: PendingEvent[] = []
  const also: Call[] = []
  const afterwards: (() => void)[] = []
  tx.atCommit(() => (events.length > 0 ? [...also, appendEvents(events)] : []))
  let result: T
  try {
    result = await work({
      ...ctx,
      db: tx.db,
      outbox(event, call) {
        events.push(event)
        if (call) also.push(call)
      },
      afterCommit: (run) => void afterwards.push(run),
      scope: { ...ctx.scope, inTransaction: true },
    })
    await tx.finish()
  } catch (error) {
    await tx.abandon()
    throw error
  }
  if (events.length > 0) ctx.services.outbox.wake()
  for (const run of afterwards) run()
  return result
}

/** A nested transaction cannot commit the outer one: `{ commit: true }` means nothing in it. */
function joined(ctx: Ctx): Ctx {
  const { db } = ctx
  return {
    ...ctx,
    db: {
      all: (statement, parameters) => db.all(statement, parameters),
      one: (statement, parameters) => db.one(statement, parameters),
      maybe: (statement, parameters) => db.maybe(statement, parameters),
      together: (calls) => db.together(calls),
      actor: () => db.actor(),
    },
  }
}

/** The properties of the route or job that its session preamble needs. */
export interface Entry {
  access: Access
  /** From X-Workspace-Id or the path. */
  workspaceId: string | null
}

/** Returns the key of fair queues for this work: the workspace of a job, else the user or key of the caller. */
export function callerKey({ principal }: Ctx): string | undefined {
  switch (principal.kind) {
    case 'server':
      return principal.workspaceId ?? principal.userId ?? undefined
    case 'user':
      return principal.userId
    case 'api_key':
      return principal.hash.toString('hex')
    case 'public':
      return undefined
  }
}
