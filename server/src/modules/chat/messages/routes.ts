import { z } from 'zod'
import { invalidField } from '../../../platform/errors.ts'
import { bytes, id } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { downloadFile, uploadFile } from './files.ts'
import { listMessages, searchMessages } from './history.ts'
import { createPoll, deleteMessage, editMessage, sendMessage } from './messages.ts'
import { castVote, getPoll } from './polls.ts'
import { react } from './reactions.ts'
import { acknowledge } from './receipts.ts'
import {
  deletedMessage,
  history,
  historyPage,
  message,
  messageChanges,
  messageChoice,
  messagePage,
  messageSearch,
  newMessage,
  newPoll,
  newReaction,
  pollWithMyVote,
  reactionsOf,
  receipt,
  receiptResponse,
  uploadedFile,
  viewedMessage,
  vote,
} from './schema.ts'
import { viewMessage } from './views.ts'

const params = z.object({ id: id.describe('Id of the message, poll or file.') })
const exampleId = '0199ffff-ffff-7fff-bfff-ffffffffffff'

const receiptRoute = (kind: 'read' | 'delivered', summary: string) =>
  route({
    kind: 'write',
    method: 'POST',
    path: `/api/messages/${kind}`,
    access: 'user',
    summary,
    body: receipt,
    example: { chat_id: exampleId, message_id: exampleId },
    response: receiptResponse,
    handler: (ctx, { body }) => acknowledge(ctx, kind, { chat_id: body.chat_id, message_id: body.message_id ?? null }),
  })

const editRoute = (method: 'PATCH' | 'PUT') =>
  route({
    kind: 'write',
    method,
    path: '/api/messages/:id',
    access: 'user',
    summary: "Edit the caller's message",
    params,
    body: messageChanges,
    example: { content: 'See you at nine.' },
    response: message,
    errors: [409],
    handler: (ctx, { params, body }) => editMessage(ctx, params.id, body.content),
  })

export const messageRoutes: Record<string, Route> = {
  listMessages: route({
    kind: 'read',
    method: 'GET',
    path: '/api/messages',
    access: 'user',
    summary: 'List messages of a chat, newest first; older, newer or around one of them',
    query: history,
    response: historyPage,
    handler: (ctx, { query }) => listMessages(ctx, query),
  }),
  searchMessages: route({
    kind: 'read',
    method: 'GET',
    path: '/api/messages/search',
    access: 'user',
    summary: "Search messages in the caller's chats, newest first; never in encrypted messages",
    query: messageSearch,
    response: messagePage,
    handler: (ctx, { query }) => searchMessages(ctx, query),
  }),
  sendMessage: route({
    // A resend violates the unique client_id; the first message is read outside the failed transaction.
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/messages/send',
    access: 'user',
    summary: 'Send a message; a repeated `client_id` sends it once',
    body: newMessage,
    example: {
      chat_id: exampleId,
      type: 'text',
      content: 'See you at eight.',
      visibility: 'everyone',
      encrypted: false,
      client_id: 'phone-17',
    },
    status: 201,
    response: message,
    handler: (ctx, { body, effectId }) => sendMessage(ctx, { ...body, client_id: body.client_id ?? effectId }),
  }),
  editMessage: editRoute('PATCH'),
  replaceMessage: editRoute('PUT'),
  deleteMessage: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/messages',
    access: 'user',
    summary: 'Delete a message for everyone, named in the body or the query',
    query: messageChoice,
    body: messageChoice,
    example: { message_id: exampleId },
    response: deletedMessage,
    async handler(ctx, { query, body }) {
      const messageId = body.message_id ?? query.message_id
      if (!messageId) throw invalidField('body.message_id', 'message_id is required.')
      await deleteMessage(ctx, messageId)
      return { success: true as const, id: messageId, deleted: true as const }
    },
  }),
  viewMessage: route({
    kind: 'write',
    method: 'POST',
    path: '/api/messages/:id/view',
    access: 'user',
    summary: 'Open a view-once message',
    params,
    response: viewedMessage,
    errors: [409],
    notIdempotent: true,
    handler: (ctx, { params }) => viewMessage(ctx, params.id),
  }),
  readMessages: receiptRoute('read', 'Mark messages as read up to this one, or all'),
  receiveMessages: receiptRoute('delivered', 'Mark messages as delivered to this device up to this one, or all'),
  toggleReaction: route({
    kind: 'write',
    method: 'POST',
    path: '/api/messages/reactions',
    access: 'user',
    summary: 'Add a reaction to a message or remove it; without `action`, add it or remove the same one',
    body: newReaction,
    example: { message_id: exampleId, emoji: '👍' },
    response: reactionsOf,
    errors: [409],
    handler: (ctx, { body }) => react(ctx, body),
  }),
  createPoll: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/polls',
    access: 'user',
    summary: 'Create a poll: a message of type poll',
    body: newPoll,
    accepts: { body: { multipleVotes: 'multiple', multiple_votes: 'multiple' } },
    example: { chat_id: exampleId, question: 'Lunch?', options: ['Soup', 'Salad'], multiple: false, anonymous: false },
    status: 201,
    response: pollWithMyVote,
    handler: (ctx, { body, effectId }) => createPoll(ctx, body, effectId),
  }),
  getPoll: route({
    kind: 'read',
    method: 'GET',
    path: '/api/polls/:id',
    access: 'user',
    summary: 'Get a poll with its results',
    params,
    response: pollWithMyVote,
    handler: (ctx, { params }) => getPoll(ctx, params.id),
  }),
  castVote: route({
    kind: 'write',
    method: 'PUT',
    path: '/api/polls',
    access: 'user',
    summary: 'Vote, change the vote, or remove it by sending no options',
    body: vote,
    example: { poll_id: exampleId, option_ids: [exampleId] },
    response: pollWithMyVote,
    errors: [409],
    handler: (ctx, { body }) => castVote(ctx, body.poll_id, body.option_ids),
  }),
  uploadFile: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/upload',
    access: 'user',
    summary: 'Upload a file to send, or a profile picture, to 50 MB, in the form field "file"',
    upload: true,
    status: 201,
    response: uploadedFile,
    errors: [413, 415],
    handler: (ctx, { request, effectId }) => uploadFile(ctx, request, effectId),
  }),
  downloadFile: route({
    kind: 'read',
    method: 'GET',
    path: '/api/uploads/:id/:filename',
    access: 'user',
    summary: 'Download a file, for its uploader and those it was sent to',
    params: z.object({
      id: id.describe('Id of the message, poll or file.'),
      filename: z.string().describe('Name of the file, as in its URL.'),
    }),
    query: z.object({
      ticket: z
        .string()
        .max(100)
        .optional()
        .describe('Opens a view-once file for five minutes; from the URL that `POST /api/messages/{id}/view` returns.'),
    }),
    response: bytes('application/octet-stream'),
    errors: [416],
    handler: (ctx, { params, query, request }) => downloadFile(ctx, params.id, query.ticket, request),
  }),
}
