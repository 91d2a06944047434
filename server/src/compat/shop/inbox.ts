import { z } from 'zod'
import { invalidField } from '../../platform/errors.ts'
import { id, page } from '../../platform/http/fields.ts'
import { adapt } from '../adapt.ts'
import { composite } from '../composite.ts'
import type { Adapted } from '../front-end.ts'
import { inData, list, listInData, single } from './answers.ts'
import { Conversation, toConversation } from './records.ts'

const ofConversation = z.object({
  shopId: id.describe('Id of the shop.'),
  conversationId: id.describe('Id of the conversation.'),
})

const Attachment = z.object({
  type: z.string().optional().describe('`image`, `video` or `gif`.'),
  url: z.string().describe('The URL of an uploaded file; pictures as `data:` URLs are refused.'),
  name: z.string().optional().describe('Display name of the file.'),
})

export const inboxRequests: Record<string, Adapted> = {
  getConversations: adapt({
    operation: 'listConversations',
    query: page(100),
    toRequest: ({ query }) => ({ query: { ...query, limit: String(query.limit), notes: 'with' } }),
    response: listInData(Conversation),
    toResponse: (answer) => list(answer, toConversation),
  }),
  getConversation: adapt({
    operation: 'getConversation',
    query: z.object({}),
    toRequest: () => ({ query: { notes: 'with' } }),
    response: inData(Conversation),
    toResponse: (answer) => single(toConversation(answer)),
  }),
  updateConversation: composite({
    kind: 'nontransactional',
    method: 'PUT',
    path: '/api/shops/:shopId/conversations/:conversationId',
    access: 'conversations:write',
    summary: 'Assign, close, tag or annotate a conversation, hand it to the assistant, or mark it as read',
    params: ofConversation,
    body: z.object({
      customerName: z.string().optional().describe("The customer's name."),
      status: z.string().optional().describe('`open`, `pending` or `closed`.'),
      assigneeId: z.string().nullable().optional().describe('User id of the member it is assigned to.'),
      tags: z.array(z.string()).optional().describe('Labels.'),
      notes: z.string().optional().describe("The team's notes."),
      isAiActive: z.boolean().optional().describe('True when the assistant should reply.'),
      isRead: z.literal(true).optional().describe('True to mark it as read; it cannot be marked as unread.'),
    }),
    example: { status: 'pending', tags: ['wholesale'], isRead: true },
    // Of the server, or added by requests of their own.
    ignores: { body: ['id', 'messages', 'lastMessageAt', 'channel', 'saved'] },
    operations: ['getConversation', 'updateConversation', 'readConversation'],
    response: inData(Conversation),
    async handler(call, { params, body: { isRead, ...changes } }) {
      if (isRead) await call('readConversation', { params })
      if (Object.keys(changes).length > 0) await call('updateConversation', { params, body: changes })
      return single(toConversation(await call('getConversation', { params, query: { notes: 'with' } })))
    },
  }),
  sendMessage: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/shops/:shopId/conversations/:conversationId/messages',
    access: 'conversations:write',
    summary: 'Reply to the customer by the channel they wrote on, or write an internal note; returns the conversation',
    params: ofConversation,
    body: z.object({
      id: z.string().max(100).optional().describe("The front-end's id: sending it again adds no second message."),
      sender: z
        .enum(['user', 'ai', 'seller'])
        .optional()
        .describe('Always the member who sends it, so `user` is refused.'),
      text: z.string().default('').describe('Text of the message.'),
      attachment: Attachment.nullish().describe('The attached file, if any.'),
      isNote: z.boolean().optional().describe('True for an internal note, which is not sent to the customer.'),
    }),
    example: { sender: 'seller', text: 'Yes, the blue one is in stock.', isNote: false },
    // Who sent it and when is known here.
    ignores: { body: ['senderId', 'timestamp'] },
    status: 201,
    errors: [409],
    operations: ['sendConversationMessage', 'getConversation'],
    response: inData(Conversation),
    async handler(call, { params, body }) {
      const { id: clientId, sender, text, attachment, isNote } = body
      if (sender === 'user') throw invalidField('body.sender', 'A member cannot write as the customer.')
      const message = { text, attachment, internal: isNote, clientId }
      await call('sendConversationMessage', { params, body: message })
      return single(toConversation(await call('getConversation', { params, query: { notes: 'with' } })))
    },
  }),
}
