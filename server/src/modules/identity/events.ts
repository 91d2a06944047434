import { z } from 'zod'
import { event } from '../../platform/events.ts'

export const UserSignedUp = event('user.signed_up', z.object({ user_id: z.uuid() }))

/** Records of other modules that have this id now refer to a deleted user. */
export const UserDeleted = event('user.deleted', z.object({ user_id: z.uuid() }))

export const UserVerified = event('user.verified', z.object({ user_id: z.uuid(), type: z.enum(['email', 'phone']) }))

export const WorkspaceCreated = event('workspace.created', z.object({ workspace_id: z.uuid() }))
export const WorkspaceDeleted = event('workspace.deleted', z.object({ workspace_id: z.uuid() }))

const membership = z.object({ workspace_id: z.uuid(), user_id: z.uuid(), role: z.string() })
export const MemberJoined = event('member.joined', membership)
export const MemberRoleChanged = event('member.role_changed', membership)
export const MemberRemoved = event('member.removed', membership.omit({ role: true }))

/** These sessions have ended. Processes that hold connections of them close those. */
export const SessionRevoked = event(
  'session.revoked',
  z.object({
    user_id: z.uuid(),
    session_ids: z.array(z.uuid()),
    reason: z.enum([
      'signed_out',
      'revoked',
      'password_changed',
      'token_reused',
      'too_many',
      'suspended',
      'account_deleted',
    ]),
  }),
)
