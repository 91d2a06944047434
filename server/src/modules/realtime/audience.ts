import { sql } from 'kysely'
import { type Role, type Scope, scopes } from '../../platform/access.ts'
import type { Principal } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { notFound, unauthorized } from '../../platform/errors.ts'
import { workspaceTopic } from '../../platform/events.ts'
import { gather } from '../../platform/gather.ts'
import { sessionIsOpen } from '../../platform/session-preamble.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import type { Audience, AudienceSource } from '../../platform/sockets/audience.ts'

const findSessions = statement(
  'realtime.sessions.system',
  (_, p: { session_ids: string[] }) => sql<OpenSession>`
    select s.id as session_id, s.user_id, s.workspace_id from identity.sessions s
     where s.id = any(${p.session_ids}::uuid[]) and ${sql.raw(sessionIsOpen)}`,
)
const listMemberships = statement(
  'realtime.memberships.system',
  (_, p: { user_ids: string[] }) => sql<Membership>`
    select m.user_id, m.workspace_id, m.role
      from identity.members m join identity.workspaces w on w.id = m.workspace_id
     where m.user_id = any(${p.user_ids}::uuid[]) and w.deleted_at is null`,
)

interface OpenSession {
  session_id: string
  user_id: string
  workspace_id: string | null
}
interface Membership {
  user_id: string
  workspace_id: string
  role: Role
}

export type UserPrincipal = Principal & { kind: 'user' }

export type LoadAudience = (principal: UserPrincipal, workspaceId: string | null) => Promise<Audience>

/** The most sessions whose topics are read in one round trip. */
const batchSize = 200

/**
 * Returns a function that loads the topics of a user. Concurrent requests are read in one round trip, since thousands of
 * clients reconnect at once after a restart. It throws 401 when the session has ended and 404 for a workspace of others.
 */
export function createAudienceLoader(services: Services, sources: readonly AudienceSource[]): LoadAudience {
  const { db } = serverContext(services, { workspaceId: null, share: 'live' })

  const loadAll = async (principals: UserPrincipal[]): Promise<(Audience | Error)[]> => {
    const user_ids = [...new Set(principals.map(({ userId }) => userId))]
    const session_ids = [...new Set(principals.map(({ sessionId }) => sessionId))]
    const [found, memberships, ...topics] = await db.together([
      findSessions.call({ session_ids }),
      listMemberships.call({ user_ids }),
      ...sources.map((source) => source.topics.call({ user_ids })),
    ])
    const sessions = new Map(found.map((session) => [session.session_id, session]))
    const membershipsOf = Map.groupBy(memberships, ({ user_id }) => user_id)
    const topicsOf = Map.groupBy(topics.flat(), ({ user_id }) => user_id)
    return principals.map(({ sessionId, userId }) => {
      const session = sessions.get(sessionId)
      if (session?.user_id !== userId) return unauthorized('Your session has ended. Sign in again.')
      return audienceOf(session, membershipsOf.get(userId) ?? [], topicsOf.get(userId) ?? [])
    })
  }
  const load = gather(batchSize, loadAll)

  return async (principal, workspaceId) => {
    const audience = await load(principal)
    if (workspaceId !== null && !audience.roles.has(workspaceId)) throw notFound('workspace')
    return { ...audience, workspaceId: workspaceId ?? audience.workspaceId }
  }
}

function audienceOf(session: OpenSession, memberships: Membership[], topics: { topic: string }[]): Audience {
  return {
    userId: session.user_id,
    workspaceId: session.workspace_id,
    roles: new Map(memberships.map(({ workspace_id, role }) => [workspace_id, role])),
    topics: new Set([
      `user:${session.user_id}`,
      ...memberships.flatMap(({ workspace_id, role }) =>
        scopesOf(role).map((scope) => workspaceTopic(workspace_id, scope)),
      ),
      ...topics.map(({ topic }) => topic),
    ]),
  }
}

const scopesOf = (role: Role) =>
  (Object.keys(scopes) as Scope[]).filter((scope) => (scopes[scope] as readonly Role[]).includes(role))
