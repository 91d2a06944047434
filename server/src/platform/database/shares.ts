import type { Principal } from '../context.ts'
import type { Actor } from './scope.ts'

/** A caller as they present themselves, before the database has been asked. */
export interface Caller {
  principal: Principal
  /** The workspace that the request names. */
  workspaceId: string | null
  /** Where the request comes from; null where it comes from nowhere else. */
  address: string | null
  /** For the server's own work that is to have a share of its own. */
  share?: string
}

/** Whose share of the connections a caller uses. */
export interface Shares {
  keyOf(caller: Caller): string
  /** Takes note of what the database said about a caller, so that the next request is known. */
  note(caller: Caller, who: Actor): void
}

/** Callers remembered at most. */
const maxRemembered = 20_000

/**
 * One share for each workspace, however many people, sessions and keys it has. The workspace of a session or key is known
 * from its last request. Until then a user has a share, whatever their sessions, and invented API keys share that of the
 * address they come from. Visitors of a workspace have a share apart from its members'. What is only claimed counts for
 * nothing, so no caller can use up the share of another workspace, or have more shares by inventing some.
 */
export function createShares(): Shares {
  const workspaces = new Map<string, string>()

  const remember = (key: string, workspaceId: string) => {
    if (workspaces.get(key) === workspaceId) return
    workspaces.delete(key)
    workspaces.set(key, workspaceId)
    if (workspaces.size > maxRemembered) workspaces.delete(workspaces.keys().next().value as string)
  }

  return {
    keyOf(caller) {
      const { principal, workspaceId, address, share } = caller
      if (share !== undefined) return share
      if (principal.kind === 'server') return `server ${principal.workspaceId ?? ''}`
      if (principal.kind === 'public')
        return workspaceId !== null && workspaces.has(workspaceId) ? `visitors ${workspaceId}` : `address ${address}`
      const known = workspaces.get(credentialOf(caller))
      if (known !== undefined) return `workspace ${known}`
      return principal.kind === 'user' ? `user ${principal.userId}` : `address ${address}`
    },
    note(caller, { workspace_id }) {
      const { kind } = caller.principal
      if (workspace_id === null || (kind !== 'user' && kind !== 'api_key')) return
      remember(credentialOf(caller), workspace_id)
      remember(workspace_id, workspace_id)
    },
  }
}

const credentialOf = ({ principal, workspaceId }: Caller): string => {
  if (principal.kind === 'user') return workspaceId ? `${principal.sessionId} ${workspaceId}` : principal.sessionId
  return principal.kind === 'api_key' ? principal.hash.toString('base64') : ''
}
