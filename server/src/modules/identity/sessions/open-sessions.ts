import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { audited } from '../audit.ts'
import { SessionRevoked } from '../events.ts'

/** The most sessions of a user at a time; another one ends the oldest. */
export const maxSessions = 20

export interface OpenSession {
  id: string
  user_agent: string | null
  ip: string | null
  created_at: string
  last_used_at: string
  expires_at: string
  current: boolean
}

const listOpen = statement(
  'identity.sessions.list',
  (_, p: { current: string | null }) => sql<OpenSession>`
    select id, user_agent, ip, created_at, rotated_at as last_used_at, least(expires_at, idle_expires_at) as expires_at,
           id = ${p.current}::uuid as current
      from identity.sessions
     where user_id = app.user_id() and revoked_at is null and expires_at > now() and idle_expires_at > now()
     order by id desc limit ${sql.lit(maxSessions)}`,
)

export const listSessions = (ctx: Ctx): Promise<OpenSession[]> => ctx.db.all(listOpen, { current: currentSession(ctx) })

export const revoke = statement(
  'identity.sessions.revoke',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.sessions set revoked_at = now()
     where id = ${p.id} and user_id = app.user_id() and revoked_at is null returning id`,
)

export const revokeOthers = statement(
  'identity.sessions.revoke_others',
  (_, p: { keep: string | null }) => sql<{ id: string }>`
    update identity.sessions set revoked_at = now()
     where user_id = app.user_id() and id is distinct from ${p.keep}::uuid and revoked_at is null returning id`,
)

/** A user without a password may make sensitive changes for this long after signing in. */
const freshMinutes = 10

const isFresh = statement(
  'identity.sessions.is_fresh',
  (_, p: { id: string; minutes: number }) => sql<{ fresh: boolean }>`
    select created_at > now() - make_interval(mins => ${p.minutes}::int) as fresh
      from identity.sessions where id = ${p.id}`,
)

/** Returns true if this session began within the last ten minutes, or `minutes`. The context is the server's own. */
export const isFreshSession = async (server: Ctx, id: string, minutes = freshMinutes): Promise<boolean> =>
  (await server.db.one(isFresh, { id, minutes })).fresh

/** Ends one of the user's sessions immediately, on all nodes. Throws 404. */
export async function revokeSession(ctx: Ctx, id: string, reason: RevocationReason = 'revoked'): Promise<void> {
  const line = audited({ action: 'session.revoked', target: `session:${id}`, details: { reason } })
  const [revoked] = await ctx.db.together([revoke.call({ id }), line])
  if (revoked.length === 0) missing('session')
  publishRevoked(ctx, await userId(ctx), revoked, reason)
}

/** Ends all of the user's sessions except the current one. */
export async function revokeOtherSessions(ctx: Ctx): Promise<void> {
  const line = audited({ action: 'session.revoked', target: 'sessions:others', details: { reason: 'revoked' } })
  const [revoked] = await ctx.db.together([revokeOthers.call({ keep: currentSession(ctx) }), line])
  publishRevoked(ctx, await userId(ctx), revoked, 'revoked')
}

export type RevocationReason =
  | 'signed_out'
  | 'revoked'
  | 'password_changed'
  | 'token_reused'
  | 'too_many'
  | 'suspended'
  | 'account_deleted'

export function publishRevoked(ctx: Ctx, user_id: string, sessions: { id: string }[], reason: RevocationReason): void {
  if (sessions.length === 0) return
  emit(ctx, SessionRevoked, { user_id, session_ids: sessions.map(({ id }) => id), reason })
}

export const currentSession = ({ principal }: Ctx) => (principal.kind === 'user' ? principal.sessionId : null)

const userId = async (ctx: Ctx) => (await ctx.db.actor()).user_id as string
