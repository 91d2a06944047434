import type { IncomingHttpHeaders } from 'node:http'
import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError } from '../../../platform/errors.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { sessionIsOpen } from '../../../platform/session-preamble.ts'
import { audited } from '../audit.ts'
import { actAs } from '../people/users.ts'
import { bearerOf } from './authenticate.ts'
import { accessCookie, requireOwnPage, signedOutCookies } from './cookies.ts'
import { publishRevoked, revoke, revokeOthers } from './open-sessions.ts'
import { accessTokens } from './token-keys.ts'

/** `local`: the sessions of this request; `global`: all of its user; `others`: all of its user but this one. */
export type SignOutScope = 'local' | 'global' | 'others'

interface OpenSession {
  id: string
  user_id: string
}

const findOpen = statement(
  'identity.sessions.find_open',
  (_, p: { ids: string[] }) => sql<OpenSession>`
    select s.id, s.user_id from identity.sessions s
     where s.id = any (${p.ids}::uuid[]) and ${sql.raw(sessionIsOpen)}
     order by array_position(${p.ids}::uuid[], s.id)`,
)

/**
 * Signs out with the bearer and with the cookie, since a browser may have both and its user means both. An expired token
 * still ends its session. Throws 401 when no session was open, with the cookies removed nevertheless, and 403 for a
 * cookie sent from a page of another site.
 */
export async function endSessions(
  services: Services,
  headers: IncomingHttpHeaders,
  scope: SignOutScope,
): Promise<void> {
  const ids = sessionIdsOf(services, headers)
  const server = serverContext(services, { workspaceId: null })
  const open = ids.length > 0 ? await server.db.all(findOpen, { ids }) : []
  if (open.length === 0) throw notSignedIn(services)
  const [first] = open as [OpenSession]
  const users = scope === 'others' ? [first.user_id] : [...new Set(open.map(({ user_id }) => user_id))]
  await transaction(server, async (ctx) => {
    for (const user_id of users) {
      await endSessionsOf(ctx, user_id, scope, scope === 'others' ? [first] : open)
    }
  })
}

async function endSessionsOf(ctx: Ctx, user_id: string, scope: SignOutScope, open: OpenSession[]): Promise<void> {
  const mine = open.filter((session) => session.user_id === user_id)
  const [{ id }] = mine as [OpenSession]
  const calls = {
    local: mine.map(({ id }) => revoke.call({ id })),
    global: [revokeOthers.call({ keep: null })],
    others: [revokeOthers.call({ keep: id })],
  }[scope]
  const target = { local: `session:${id}`, global: 'sessions:all', others: 'sessions:others' }[scope]
  const line = audited({ action: 'session.revoked', target, details: { reason: 'signed_out' } })
  const [, ...revoked] = await ctx.db.together([actAs.call({ user_id }), ...calls, line])
  publishRevoked(ctx, user_id, revoked.slice(0, -1).flat() as { id: string }[], 'signed_out')
}

/** The session of the bearer comes first. */
function sessionIdsOf(services: Services, headers: IncomingHttpHeaders): string[] {
  const byBearer = sessionIdOf(services, lenientBearerOf(headers))
  const byCookie = sessionIdOf(services, accessCookie(services.config, headers))
  if (byCookie === undefined) return byBearer === undefined ? [] : [byBearer]
  // A page of another site cannot send a bearer, but it can send a form with the cookie.
  if (byBearer === undefined) requireOwnPage(services.config, headers)
  return byBearer === undefined || byBearer === byCookie ? [byCookie] : [byBearer, byCookie]
}

function lenientBearerOf(headers: IncomingHttpHeaders): string | undefined {
  try {
    return bearerOf(headers)
  } catch {
    return undefined
  }
}

function sessionIdOf(services: Services, token: string | undefined): string | undefined {
  if (token === undefined) return undefined
  try {
    // At the beginning of time, when no token has expired.
    return accessTokens(services).verify(token, 0).sessionId
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

const notSignedIn = ({ config }: Services) =>
  new AppError(401, 'unauthorized', 'Your session has ended already.', {
    headers: { 'set-cookie': signedOutCookies(config) },
  })
