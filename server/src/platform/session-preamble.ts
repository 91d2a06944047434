import { scopes } from './access.ts'
import type { Entry, Principal } from './context.ts'
import type { Preamble } from './database/scope.ts'
import { unauthorized } from './errors.ts'

// Session preambles run as the login role, which is a member of app_system, and leave the transaction in a smaller role. They are
// plain SQL, because a definer function around the same query costs as much again as the query.

/** Sets who acts and then the role; the expression's value says nothing. */
const become = (
  role: 'app_user' | 'app_system',
  user: string,
  workspace: string,
  memberRole: string,
  readOnly: string,
) => `concat(
  set_config('app.user_id', coalesce(${user}::text, ''), true),
  set_config('app.workspace_id', coalesce(${workspace}::text, ''), true),
  set_config('app.member_role', coalesce(${memberRole}, ''), true),
  case when ${readOnly} then set_config('transaction_read_only', 'on', true) end,
  set_config('role', '${role}', true))`

/** SQL: the session `s` is valid. */
export const sessionIsOpen =
  's.revoked_at is null and not s.is_suspended and s.expires_at > now() and s.idle_expires_at > now()'

// Always one row, so that it either becomes the user or raises: SB401 when the session has ended, SB404 when the workspace
// is not theirs, SB403 when the role is not among $2 (null: any user; {platform_admin}: the platform's administrator).
const enter = (user: string, workspace: string, role: string, admin: string, foreign: string) => `
  select ${user} as user_id, ${workspace} as workspace_id, ${role} as role, case
      when ${user} is null then app.refuse('SB401', 'Your session has ended. Sign in again.')
      ${foreign}
      when not ($2::text[] is null or coalesce(${role} = any ($2), false) or (${admin} and 'platform_admin' = any ($2)))
        then app.refuse('SB403', case when ${role} is null and 'platform_admin' <> all ($2)
          then 'You belong to no workspace. Make one, or ask for an invitation.' else 'Your role does not allow this.' end)
      else ${become('app_user', user, workspace, role, '$3::boolean')}
    end as actor
    from (select $1::uuid as id) wanted
    left join identity.sessions s on s.id = wanted.id and ${sessionIsOpen}`

const enterSession = enter('s.user_id', 's.workspace_id', 's.member_role', 's.is_platform_admin', '')

// Another workspace than the session's own: its membership is looked up.
const enterOtherWorkspace = `${enter(
  's.user_id',
  'm.workspace_id',
  'm.role',
  's.is_platform_admin',
  "when m.workspace_id is null then app.refuse('SB404', 'workspace')",
)}
    left join identity.members m on m.user_id = s.user_id and m.workspace_id = $4::uuid`

const enterApiKey = `
  select e.*, set_config('role', 'app_user', true) as actor from app.enter_api_key($1, $2, $3) e`

const enterPublic = `
  select null as user_id, $1::uuid as workspace_id, null as role,
         ${become('app_user', 'null', '$1', 'null', '$2::boolean')} as actor`

const enterServer = (role: 'app_user' | 'app_system') => `
  select $2::uuid as user_id, $1::uuid as workspace_id, 'owner' as role,
         ${become(role, '$2', '$1', "'owner'", '$3::boolean')} as actor`
const enterServerInWorkspace = enterServer('app_user')
const enterServerForAll = enterServer('app_system')

/** Returns the statement that authorizes this principal and sets the tenant, or raises. Throws 401 when a sign-in is required and missing. */
export function preambleFor(principal: Principal, entry: Entry): Preamble {
  switch (principal.kind) {
    case 'user': {
      const { sessionId } = principal
      const { workspaceId } = entry
      const roles = rolesOf(entry.access)
      return workspaceId
        ? (readOnly) => ({
            name: 'enter.session.workspace',
            text: enterOtherWorkspace,
            values: [sessionId, roles, readOnly, workspaceId],
          })
        : (readOnly) => ({ name: 'enter.session', text: enterSession, values: [sessionId, roles, readOnly] })
    }
    case 'api_key': {
      const scope =
        entry.access === 'public' || entry.access === 'user' || entry.access === 'admin' ? null : entry.access
      return (readOnly) => ({ name: 'enter.api_key', text: enterApiKey, values: [principal.hash, scope, readOnly] })
    }
    case 'public':
      if (entry.access !== 'public') throw unauthorized()
      return (readOnly) => ({ name: 'enter.public', text: enterPublic, values: [entry.workspaceId, readOnly] })
    case 'server': {
      const { workspaceId, userId } = principal
      return (readOnly) => ({
        name: workspaceId ? 'enter.server.workspace' : 'enter.server.all',
        text: workspaceId ? enterServerInWorkspace : enterServerForAll,
        values: [workspaceId, userId, readOnly],
      })
    }
  }
}

const platformAdmin = ['platform_admin']

function rolesOf(access: Entry['access']): readonly string[] | null {
  if (access === 'public' || access === 'user') return null
  return access === 'admin' ? platformAdmin : scopes[access]
}
