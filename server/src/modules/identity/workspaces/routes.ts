import { z } from 'zod'
import { id, page, pageOf, succeeded, success } from '../../../platform/http/fields.ts'
import { type Route, patchAndPut, route } from '../../../platform/http/route.ts'
import { acceptInvitation, createInvitation, deleteInvitation, listInvitations } from './invitations.ts'
import { changeRole, leaveWorkspace, listMembers, removeMember } from './members.ts'
import {
  invitation,
  invitationWithToken,
  member,
  newInvitation,
  newWorkspace,
  settings,
  settingsChanges,
  workspace,
  workspaceChanges,
} from './schema.ts'
import { role } from '../schema.ts'
import { routeInWorkspace } from './route-in-workspace.ts'
import { getSettings, updateSettings } from './settings.ts'
import {
  createWorkspace,
  currentWorkspace,
  deleteWorkspace,
  listWorkspaces,
  switchWorkspace,
  updateWorkspace,
} from './workspaces.ts'

const inWorkspace = z.object({ workspaceId: id.describe('The workspace.') })
const ofMember = z.object({ workspaceId: id.describe('The workspace.'), userId: id.describe('The member.') })
const ofInvitation = z.object({ workspaceId: id.describe('The workspace.'), id: id.describe('Id of the invitation.') })

export const workspaceRoutes: Record<string, Route> = {
  listWorkspaces: route({
    kind: 'read',
    method: 'GET',
    path: '/api/workspaces',
    access: 'user',
    summary: "List the caller's workspaces",
    query: page(),
    response: pageOf(workspace),
    handler: (ctx, { query }) => listWorkspaces(ctx, query),
  }),

  createWorkspace: route({
    kind: 'write',
    method: 'POST',
    path: '/api/workspaces',
    access: 'user',
    summary: 'Create a workspace and switch to it',
    body: newWorkspace,
    example: { name: 'Silva Lda', default_country: 'PT', currency: 'EUR', time_zone: 'Europe/Lisbon' },
    status: 201,
    response: workspace,
    handler: (ctx, { body }) => createWorkspace(ctx, body),
  }),

  getWorkspace: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/workspaces/:workspaceId',
    access: 'workspace:read',
    summary: 'Get a workspace',
    params: inWorkspace,
    response: workspace,
    handler: (ctx) => currentWorkspace(ctx),
  }),

  updateWorkspace: routeInWorkspace({
    kind: 'write',
    method: 'PATCH',
    path: '/api/workspaces/:workspaceId',
    access: 'workspace:write',
    summary: "Update a workspace's name and defaults",
    params: inWorkspace,
    body: workspaceChanges,
    example: { name: 'Silva & Filhos' },
    response: workspace,
    handler: (ctx, { body }) => updateWorkspace(ctx, body),
  }),

  getSettings: route({
    kind: 'read',
    method: 'GET',
    path: '/api/settings',
    access: 'workspace:read',
    summary: 'Get the settings of the current workspace',
    response: settings,
    handler: (ctx) => getSettings(ctx),
  }),

  ...patchAndPut('Settings', {
    path: '/api/settings',
    access: 'workspace:write',
    summary: 'Update the settings of the current workspace; omitted fields keep their values',
    body: settingsChanges,
    example: { time_zone: 'Europe/Lisbon', preferences: { theme: 'dark', weekly_report: true } },
    bodyLimitBytes: 64 * 1024,
    response: settings,
    handler: (ctx, { body }) => updateSettings(ctx, body),
  }),

  deleteWorkspace: routeInWorkspace({
    kind: 'write',
    method: 'DELETE',
    path: '/api/workspaces/:workspaceId',
    access: 'workspace:delete',
    summary: 'Delete a workspace; its data is removed permanently after 30 days',
    params: inWorkspace,
    response: success,
    async handler(ctx, { params }) {
      await deleteWorkspace(ctx, params.workspaceId)
      return succeeded
    },
  }),

  switchWorkspace: route({
    kind: 'write',
    method: 'POST',
    path: '/api/workspaces/:workspaceId/switch',
    access: 'user',
    summary: 'Make this workspace the default for requests that name none',
    params: inWorkspace,
    response: workspace,
    handler: (ctx) => switchWorkspace(ctx),
  }),

  listMembers: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/workspaces/:workspaceId/members',
    access: 'members:read',
    summary: 'List the members of the workspace',
    params: inWorkspace,
    query: page(),
    response: pageOf(member),
    handler: (ctx, { query }) => listMembers(ctx, query),
  }),

  changeRole: routeInWorkspace({
    kind: 'write',
    method: 'PATCH',
    path: '/api/workspaces/:workspaceId/members/:userId',
    access: 'members:write',
    summary: "Change a member's role; only an owner changes owners",
    params: ofMember,
    body: z.object({ role: role.describe('The new role.') }),
    example: { role: 'admin' },
    response: member,
    errors: [409],
    handler: (ctx, { params, body }) => changeRole(ctx, params.userId, body.role),
  }),

  removeMember: routeInWorkspace({
    kind: 'write',
    method: 'DELETE',
    path: '/api/workspaces/:workspaceId/members/:userId',
    access: 'members:write',
    summary: 'Remove a member; their API keys of this workspace end too',
    params: ofMember,
    response: success,
    errors: [409],
    async handler(ctx, { params }) {
      await removeMember(ctx, params.userId)
      return succeeded
    },
  }),

  leaveWorkspace: routeInWorkspace({
    kind: 'write',
    method: 'POST',
    path: '/api/workspaces/:workspaceId/leave',
    access: 'members:read',
    summary: 'Leave a workspace; the last owner cannot',
    params: inWorkspace,
    response: success,
    errors: [409],
    async handler(ctx) {
      await leaveWorkspace(ctx)
      return succeeded
    },
  }),

  createInvitation: routeInWorkspace({
    kind: 'write',
    method: 'POST',
    path: '/api/workspaces/:workspaceId/invitations',
    access: 'members:write',
    summary: 'Invite a person for a week; the token is shown only now',
    params: inWorkspace,
    body: newInvitation,
    example: { email: 'ben@example.com', role: 'agent' },
    status: 201,
    response: invitationWithToken,
    errors: [409],
    handler: (ctx, { body }) => createInvitation(ctx, body),
  }),

  listInvitations: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/workspaces/:workspaceId/invitations',
    access: 'members:write',
    summary: 'List the invitations that can still be accepted',
    params: inWorkspace,
    query: page(),
    response: pageOf(invitation),
    handler: (ctx, { query }) => listInvitations(ctx, query),
  }),

  deleteInvitation: routeInWorkspace({
    kind: 'write',
    method: 'DELETE',
    path: '/api/workspaces/:workspaceId/invitations/:id',
    access: 'members:write',
    summary: 'Revoke an invitation',
    params: ofInvitation,
    response: success,
    async handler(ctx, { params }) {
      await deleteInvitation(ctx, params.id)
      return succeeded
    },
  }),

  acceptInvitation: route({
    kind: 'write',
    method: 'POST',
    path: '/api/invitations/accept',
    access: 'user',
    summary: 'Accept an invitation: join its workspace and switch to it',
    body: z.object({ token: z.string().min(1).max(200).describe('The token from the invitation mail.') }),
    example: { token: 'sbi_9w0X8yQmR1…' },
    response: workspace,
    handler: (ctx, { body }) => acceptInvitation(ctx, body.token),
  }),
}
