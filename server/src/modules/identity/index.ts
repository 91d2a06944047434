import type { Module } from '../../platform/module.ts'
import { deleteExpiredRecords } from './jobs.ts'
import { sendProof } from './mailed-proofs/send.ts'
import { sendPasswordReset } from './passwords/password-reset.ts'
import { accountRoutes } from './privacy/routes.ts'
import { identityRoutes, supabaseAuthRoutes } from './routes.ts'
import { sendInvitation } from './workspaces/invitations.ts'

export { customerMailLimit, hourlyLimit, mailLimit, requireAdmitted } from './throttle.ts'
export { audited } from './audit.ts'
export { createAuthenticate, isCookieAlone } from './sessions/authenticate.ts'
export { createUser, createWorkspaceFor, listAllWorkspaces, listUsers, makeAdmin, setPassword } from './commands.ts'
export { eraseUser } from './privacy/erasure.ts'
export { createInvitation } from './workspaces/invitations.ts'
export { exportPage } from './privacy/export.ts'
export { memberFilter } from './workspaces/member-filter.ts'
export { type Member, changeRole, listMembers, removeMember } from './workspaces/members.ts'
export { lockAccount, unlockAccount, verifyAccount } from './people/account-status.ts'
export { getProfile, updateProfile } from './people/profiles.ts'
export { workspaceDefaults } from './workspaces/workspace-defaults.ts'
export { createWorkspace, deleteWorkspace, requireCurrent, updateWorkspace } from './workspaces/workspaces.ts'
export { resetTwoFactor } from './two-factor/changes.ts'
export { routeInWorkspace } from './workspaces/route-in-workspace.ts'

export const identity: Module = {
  name: 'identity',
  routes: ({ accountSections }) => [identityRoutes, accountRoutes(accountSections), supabaseAuthRoutes],
  jobs: [deleteExpiredRecords, sendInvitation, sendPasswordReset, sendProof],
}
