import { sql } from 'kysely'
import { type Role, type Scope, scopes } from '../../platform/access.ts'
import { type Principal, createContext } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { workspaceTopic } from '../../platform/events.ts'
import { newId } from '../../platform/id.ts'
import type { Services } from '../../platform/services.ts'
import type { Audience, AudienceSource } from '../../platform/sockets/audience.ts'

const listMemberships = statement(
  'realtime.memberships',
  () => sql<{ workspace_id: string; role: Role }>`select workspace_id, role from app.my_memberships()`,
)

/** Asks the database, so it throws 401 when the session is over and 404 when the workspace is not theirs. */
export async function loadAudience(
  services: Services,
  principal: Principal,
  workspaceId: string | null,
  sources: readonly AudienceSource[],
): Promise<Audience> {
  const { db } = createContext({
    services,
    principal,
    entry: { access: 'user', workspaceId },
    requestId: newId(),
    log: services.log,
    readOnly: true,
  })
  const [memberships, ...more] = await db.together([
    listMemberships.call({}),
    ...sources.map(({ topics }) => topics.call({})),
  ])
  const actor = await db.actor()
  const userId = actor.user_id as string
  return {
    userId,
    workspaceId: actor.workspace_id,
    roles: new Map(memberships.map(({ workspace_id, role }) => [workspace_id, role])),
    topics: new Set([
      `user:${userId}`,
      ...memberships.flatMap(({ workspace_id, role }) =>
        scopesOf(role).map((scope) => workspaceTopic(workspace_id, scope)),
      ),
      ...more.flat().map(({ topic }) => topic),
    ]),
  }
}

const scopesOf = (role: Role) =>
  (Object.keys(scopes) as Scope[]).filter((scope) => (scopes[scope] as readonly Role[]).includes(role))
