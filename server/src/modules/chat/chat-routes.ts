import { z } from 'zod'
import { id, pageOf, succeeded, success } from '../../platform/http/fields.ts'
import { JsonResponse, type Route, patchAndPut, route } from '../../platform/http/route.ts'
import { createChat, getChat, listChats, updateChat } from './chats.ts'
import { removeChat } from './members.ts'
import { chat, chatChanges, chatQuery, newChat } from './schema.ts'

const params = z.object({ id: id.describe('Id of the chat.') })

export const chatRoutes: Record<string, Route> = {
  listChats: route({
    kind: 'read',
    method: 'GET',
    path: '/api/chats',
    access: 'user',
    summary: "List the caller's chats, newest message first; archived and hidden ones only on request",
    query: chatQuery,
    response: pageOf(chat),
    handler: (ctx, { query }) => listChats(ctx, query),
  }),
  createChat: route({
    kind: 'write',
    method: 'POST',
    path: '/api/chats',
    access: 'user',
    summary: 'Create a group, or open the direct chat with another person',
    body: newChat,
    accepts: { body: { participantIds: 'member_ids', participant_ids: 'member_ids' } },
    example: { type: 'group', name: 'Night shift', member_ids: [] },
    status: 201,
    response: chat,
    async handler(ctx, { body }) {
      const { chat, created } = await createChat(ctx, body)
      return new JsonResponse(chat, { status: created ? 201 : 200 })
    },
  }),
  getChat: route({
    kind: 'read',
    method: 'GET',
    path: '/api/chats/:id',
    access: 'user',
    summary: 'Get a chat with its members',
    params,
    response: chat,
    handler: (ctx, { params }) => getChat(ctx, params.id),
  }),
  ...patchAndPut('Chat', {
    path: '/api/chats/:id',
    access: 'user',
    summary: 'Archive or hide a chat for the caller; rename a group or change its picture',
    params,
    body: chatChanges,
    example: { archived: true },
    response: chat,
    handler: (ctx, { params, body }) => updateChat(ctx, params.id, body),
  }),
  deleteChat: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/chats/:id',
    access: 'user',
    summary: 'Remove a chat for the caller: a group is left, a dm is hidden',
    params,
    response: success,
    async handler(ctx, { params }) {
      await removeChat(ctx, params.id)
      return succeeded
    },
  }),
}
