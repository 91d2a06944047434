import type { Principal } from '../context.ts'
import type { Actor } from './scope.ts'

/** A caller as they present themselves, before the database has been asked. */
export interface Caller {
  principal: Principal
  /** The workspace that the request names. */
  workspaceId: string | null
  /** The client's address; null for the server's own work. */
  address: string | null
  /** For the server's own work that is to have a share of its own. */
  share?: string
}

/** Assigns callers to shares of the connections, and remembers the callers of earlier requests. */
export interface Shares {
  keyOf(caller: Caller): string
  /** The user that the database found for this session or key in this workspace. Undefined before its first check. */
  known(caller: Pick<Caller, 'principal' | 'workspaceId'>): Actor | undefined
  /** Remembers what the database said about a caller. */
  note(caller: Caller, who: Actor): void
}

/** Callers remembered at most, and workspaces. */
const maxRemembered = 20_000

/**
 * One share for each workspace, however many people, sessions and keys it has. The workspace of a session or key is known
 * from its last request. Until then a user has a share, whatever their sessions, and invented API keys share that of the
 * address they come from. Visitors of a workspace have a share apart from its members'. What is only claimed counts for
 * nothing, so no caller can use up the share of another workspace, or have more shares by inventing some.
 */
export function createShares(): Shares {
  const callers = new Map<string, Actor>()
  const workspaces = new Map<string, true>()

  return {
    keyOf(caller) {
      const { principal, workspaceId, address, share } = caller
      if (share !== undefined) return share
      if (principal.kind === 'server') return `server ${principal.workspaceId ?? ''}`
      if (principal.kind === 'public')
        return workspaceId !== null && workspaces.has(workspaceId) ? `visitors ${workspaceId}` : `address ${address}`
      const known = callers.get(credentialOf(caller))
      if (known) return `workspace ${known.workspace_id}`
      return principal.kind === 'user' ? `user ${principal.userId}` : `address ${address}`
    },
    known: (caller) => callers.get(credentialOf(caller)),
    note(caller, who) {
      const { kind } = caller.principal
      if (who.workspace_id === null || (kind !== 'user' && kind !== 'api_key')) return
      remember(callers, credentialOf(caller), who)
      remember(workspaces, who.workspace_id, true)
    },
  }
}

/** The last used are at the end. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.delete(key) && map.size >= maxRemembered) map.delete(map.keys().next().value as string)
  map.set(key, value)
}

const credentialOf = ({ principal, workspaceId }: Pick<Caller, 'principal' | 'workspaceId'>): string => {
  if (principal.kind === 'user') return workspaceId ? `${principal.sessionId} ${workspaceId}` : principal.sessionId
  return principal.kind === 'api_key' ? principal.hash.toString('base64') : ''
}
