import { z } from 'zod'
import { id, page, pageOf, succeeded, success } from '../../platform/http/fields.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { getChat } from './chats.ts'
import { addMembers, changeMemberRole, leaveChat, listMembers, removeMember } from './members.ts'
import { chat, chatMember, memberChanges, newMembers } from './schema.ts'

const params = z.object({ id: id.describe('Id of the chat.') })
const memberParams = z.object({ id: id.describe('Id of the chat.'), userId: id.describe('The member.') })

export const chatMemberRoutes: Record<string, Route> = {
  listChatMembers: route({
    kind: 'read',
    method: 'GET',
    path: '/api/chats/:id/members',
    access: 'user',
    summary: 'List the members of a chat and how far they have read',
    params,
    query: page(),
    response: pageOf(chatMember),
    handler: (ctx, { params, query }) => listMembers(ctx, params.id, query),
  }),
  addChatMembers: route({
    kind: 'write',
    method: 'POST',
    path: '/api/chats/:id/members',
    access: 'user',
    summary: 'Add people to a group; for its owner and admins',
    params,
    body: newMembers,
    example: { member_ids: ['0199ffff-ffff-7fff-bfff-ffffffffffff'] },
    response: chat,
    errors: [409],
    async handler(ctx, { params, body }) {
      await addMembers(ctx, params.id, body.member_ids)
      return getChat(ctx, params.id)
    },
  }),
  changeChatMember: route({
    kind: 'write',
    method: 'PATCH',
    path: '/api/chats/:id/members/:userId',
    access: 'user',
    summary: "Change a member's role in a group",
    params: memberParams,
    body: memberChanges,
    example: { role: 'admin' },
    response: chat,
    errors: [409],
    async handler(ctx, { params, body }) {
      await changeMemberRole(ctx, params.id, params.userId, body.role)
      return getChat(ctx, params.id)
    },
  }),
  removeChatMember: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/chats/:id/members/:userId',
    access: 'user',
    summary: 'Remove a member from a group',
    params: memberParams,
    response: success,
    errors: [409],
    async handler(ctx, { params }) {
      await removeMember(ctx, params.id, params.userId)
      return succeeded
    },
  }),
  leaveChat: route({
    kind: 'write',
    method: 'POST',
    path: '/api/chats/:id/leave',
    access: 'user',
    summary: 'Leave a group; ownership passes to the longest-standing member',
    params,
    response: success,
    errors: [409],
    async handler(ctx, { params }) {
      await leaveChat(ctx, params.id)
      return succeeded
    },
  }),
}
