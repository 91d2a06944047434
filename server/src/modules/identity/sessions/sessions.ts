import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { transaction } from '../../../platform/context.ts'
import { type Call, statement } from '../../../platform/database/statement.ts'
import { unauthorized } from '../../../platform/errors.ts'
import { newId } from '../../../platform/id.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { accessTokenLifeSeconds } from './access-tokens.ts'
import { audited } from '../audit.ts'
import type { Device } from './device.ts'
import { publishRevoked, maxSessions } from './open-sessions.ts'
import {
  absoluteDays,
  graceSeconds,
  idleDays,
  isGenuine,
  newRefreshKey,
  parseRefreshToken,
  refreshKeyContext,
  refreshToken,
} from './refresh-tokens.ts'
import type { Me } from '../people/schema.ts'
import type { SignedIn } from './schema.ts'
import { accessTokens } from './token-keys.ts'
import { actAs, findMe } from '../people/users.ts'

// It also serializes the sign-ins of one user, so that the limit below counts them all.
const noteActivity = statement(
  'identity.sessions.note_activity',
  () => sql<Record<string, never>>`
    update identity.users set last_active_at = now() where id = app.user_id()`,
)

const insert = statement(
  'identity.sessions.insert',
  (
    _,
    p: { id: string; refresh_key: string; user_agent: string | null; ip: string; recovery_minutes: number | null },
  ) => sql<Record<string, never>>`
    insert into identity.sessions
           (id, user_id, refresh_key, user_agent, ip, recovery_until, expires_at, idle_expires_at)
    values (${p.id}, app.user_id(), ${p.refresh_key}, ${p.user_agent}, ${p.ip},
            now() + make_interval(mins => ${p.recovery_minutes}::int), now() + make_interval(days => ${sql.lit(absoluteDays)}), now() + make_interval(days => ${sql.lit(idleDays)}))`,
)

const dropOldest = statement(
  'identity.sessions.drop_oldest',
  () => sql<{ id: string }>`
    update identity.sessions set revoked_at = now()
     where id in (select id from identity.sessions
                   where user_id = app.user_id() and revoked_at is null and expires_at > now() and idle_expires_at > now()
                   order by created_at desc, id desc offset ${sql.lit(maxSessions)})
    returning id`,
)

/**
 * Signs in the user that the transaction acts for after `before`, the statements that are sent together with the session.
 * For `recoveryMinutes` the user may choose a password without the old one. The context is the server's own.
 */
export async function startSession(
  ctx: Ctx,
  before: Call[],
  device: Device,
  { recoveryMinutes = null }: { recoveryMinutes?: number | null } = {},
): Promise<SignedIn> {
  const { secrets } = ctx.services
  const sessionId = newId()
  const key = newRefreshKey()
  const results = await ctx.db.together([
    ...before,
    noteActivity.call({}),
    insert.call({
      id: sessionId,
      refresh_key: secrets.seal(key, refreshKeyContext(sessionId)),
      user_agent: device.userAgent?.slice(0, 500) ?? null,
      ip: device.address,
      recovery_minutes: recoveryMinutes,
    }),
    audited({ action: 'session.started', target: `session:${sessionId}`, address: device.address }),
    dropOldest.call({}),
    findMe.call({}),
  ])
  const [dropped, [me]] = results.slice(-2) as [{ id: string }[], Me[]]
  const user = me as Me
  publishRevoked(ctx, user.id, dropped, 'too_many')
  return signedInResponse(ctx, user, sessionId, refreshToken(key, sessionId, 0))
}

function signedInResponse(ctx: Ctx, user: Me, sessionId: string, refresh_token: string): SignedIn {
  const tokens = accessTokens(ctx.services)
  const access = tokens.sign({ userId: user.id, sessionId }, ctx.now().getTime())
  const shared = {
    access_token: access.token,
    refresh_token,
    token_type: 'Bearer',
    expires_in: accessTokenLifeSeconds,
    expires_at: access.expiresAtSeconds,
  } as const
  return { session: { user: { id: user.id, email: user.email }, ...shared }, user, token: access.token, ...shared }
}

interface LockedSession {
  user_id: string
  generation: number
  refresh_key: string
  alive: boolean
  in_grace: boolean
}

const lock = statement(
  'identity.sessions.lock',
  (_, p: { id: string }) => sql<LockedSession>`
    select s.user_id, s.generation, s.refresh_key,
           s.revoked_at is null and s.expires_at > clock_timestamp() and s.idle_expires_at > clock_timestamp()
             and u.suspended_at is null as alive,
           s.rotated_at > clock_timestamp() - make_interval(secs => ${sql.lit(graceSeconds)}) as in_grace
      from identity.sessions s join identity.users u on u.id = s.user_id
     where s.id = ${p.id} for update of s`,
)

const rotate = statement(
  'identity.sessions.rotate',
  (_, p: { id: string }) => sql<Record<string, never>>`
    update identity.sessions
       set generation = generation + 1, rotated_at = clock_timestamp(),
           idle_expires_at = least(expires_at, now() + make_interval(days => ${sql.lit(idleDays)}))
     where id = ${p.id}`,
)

const revokeFamily = statement(
  'identity.sessions.revoke_family',
  (_, p: { id: string }) => sql<Record<string, never>>`
    update identity.sessions set revoked_at = now() where id = ${p.id}`,
)

const sessionEnded = () => unauthorized('Your session has ended. Sign in again.')

/**
 * Returns new tokens for a refresh token, which is valid once. For 10 s by the database's clock, the previous token gets
 * the same tokens again, since a response may get lost. Any other use of an old token means that it was stolen, and ends
 * the session. Throws 401.
 */
export async function refreshSession(services: Services, token: string, device: Device): Promise<SignedIn> {
  const given = parseRefreshToken(token)
  if (!given) throw sessionEnded()
  const id = given.sessionId
  const signedIn = await transaction(serverContext(services, { workspaceId: null }), async (ctx) => {
    const session = await ctx.db.maybe(lock, { id })
    if (!session) return undefined
    const key = services.secrets.open(session.refresh_key, refreshKeyContext(id))
    if (!isGenuine(key, given) || !session.alive) return undefined
    const acting = actAs.call({ user_id: session.user_id })
    const isCurrent = given.generation === session.generation
    const isParent = given.generation === session.generation - 1
    if (!isCurrent && !(isParent && session.in_grace)) {
      const line = { action: 'session.token_reused', target: `session:${id}`, address: device.address }
      await ctx.db.together([acting, revokeFamily.call({ id }), audited(line)])
      publishRevoked(ctx, session.user_id, [{ id }], 'token_reused')
      return undefined
    }
    const rotating = isCurrent ? [rotate.call({ id })] : []
    const results = await ctx.db.together([acting, ...rotating, findMe.call({})], { commit: true })
    const [user] = results.at(-1) as Me[]
    return signedInResponse(ctx, user as Me, id, refreshToken(key, id, session.generation + rotating.length))
  })
  if (!signedIn) throw sessionEnded()
  return signedIn
}
