import { scopes } from './access.ts'
import type { Entry, Principal } from './context.ts'
import type { Opener } from './database/scope.ts'
import { unauthorized } from './errors.ts'

const asUser = "select e.*, set_config('role', 'app_user', true) as as_role from "
const asSystem = "select e.*, set_config('role', 'app_system', true) as as_role from "

/** The statement that lets this principal in to do this, or refuses. Throws 401 when nobody is signed in and one must be. */
export function openerFor(principal: Principal, entry: Entry): Opener {
  switch (principal.kind) {
    case 'user': {
      const roles =
        entry.access === 'public' || entry.access === 'user'
          ? null
          : entry.access === 'admin'
            ? ['platform_admin']
            : scopes[entry.access]
      return (readOnly) => ({
        name: 'enter.session',
        text: `${asUser}app.enter_session($1, $2, $3, $4) e`,
        values: [principal.sessionId, entry.workspaceId, roles, readOnly],
      })
    }
    case 'api_key': {
      const scope =
        entry.access === 'public' || entry.access === 'user' || entry.access === 'admin' ? null : entry.access
      return (readOnly) => ({
        name: 'enter.api_key',
        text: `${asUser}app.enter_api_key($1, $2, $3) e`,
        values: [principal.hash, scope, readOnly],
      })
    }
    case 'public':
      if (entry.access !== 'public') throw unauthorized()
      return (readOnly) => ({
        name: 'enter.public',
        text: `${asUser}app.enter_public($1, $2) e`,
        values: [entry.workspaceId, readOnly],
      })
    case 'server':
      return (readOnly) => ({
        name: principal.workspaceId ? 'enter.server.workspace' : 'enter.server.all',
        text: `${principal.workspaceId ? asUser : asSystem}app.enter_server($1, $2, $3) e`,
        values: [principal.workspaceId, principal.userId, readOnly],
      })
  }
}
