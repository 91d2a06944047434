import { z } from 'zod'
import { roles } from '../../../platform/access.ts'
import { wrapped } from '../../../platform/http/page.ts'
import { clampedPage, id } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { dataOf, listOf } from '../schema.ts'
import { TeamMember, changeTeamRole, getTeamMember, listTeam } from './team.ts'

const byId = z.object({ id: id.describe('Id of the member.') })

export const teamRoutes: Record<string, Route> = {
  listTeam: route({
    kind: 'read',
    method: 'GET',
    path: '/api/users',
    access: 'members:read',
    summary: 'List the members of the workspace',
    query: clampedPage(),
    response: listOf(TeamMember),
    handler: async (ctx, { query, request }) => wrapped(await listTeam(ctx, query), request.url),
  }),
  getTeamMember: route({
    kind: 'read',
    method: 'GET',
    path: '/api/users/:id',
    access: 'members:read',
    summary: 'Get a member of the team',
    params: byId,
    response: dataOf(TeamMember),
    handler: async (ctx, { params }) => ({ data: await getTeamMember(ctx, params.id) }),
  }),
  changeTeamRole: route({
    kind: 'write',
    method: 'PATCH',
    path: '/api/users/:id',
    access: 'members:write',
    summary: "Change a member's role; only an owner can change the role of an owner",
    params: byId,
    body: z.object({ role: z.enum(roles).describe('The new role.') }),
    example: { role: 'sales_manager' },
    response: dataOf(TeamMember),
    errors: [409],
    handler: async (ctx, { params, body }) => ({ data: await changeTeamRole(ctx, params.id, body.role) }),
  }),
}
