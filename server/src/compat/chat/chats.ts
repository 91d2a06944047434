import { z } from 'zod'
import { id, optional, text } from '../../platform/http/fields.ts'
import { adapt } from '../adapt.ts'
import type { Adapted } from '../front-end.ts'
import { succeeded } from './accounts.ts'
import { chat, toChat } from './records.ts'

/** The front-end asks for all chats at once. */
const chatsInList = 200

const oneChat = z.object({ success: succeeded, chat: chat.describe('The chat.') })
// oxlint-disable-next-line no-explicit-any -- the operation's response as JSON.
const inChat = (shown: any): z.output<typeof oneChat> => ({ success: true, chat: toChat(shown) })

export const chatRequests: Record<string, Adapted> = {
  listChats: adapt({
    operation: 'listChats',
    summary: `List the ${chatsInList} chats with the newest messages, archived and hidden ones too`,
    query: z.object({}),
    toRequest: () => ({ query: { archived: 'any', hidden: 'any', limit: String(chatsInList) } }),
    response: z.object({ success: succeeded, chats: z.array(chat).describe('The chats.') }),
    toResponse: ({ data }) => ({ success: true as const, chats: data.map(toChat) }),
  }),
  createChat: adapt({
    operation: 'createChat',
    body: z.object({
      type: z.enum(['dm', 'group']).describe('`dm` for two people, `group` for more.'),
      member_ids: z.array(id).max(999).describe('The others; a `dm` has exactly one.'),
      name: optional(text(200)).describe('Name of a group. Default: `New chat`.'),
      avatar_url: optional(z.string().max(2000)).describe('Address of a picture for a group.'),
    }),
    accepts: {
      body: { participantIds: 'member_ids', participant_ids: 'member_ids', avatar: 'avatar_url' },
    },
    example: { type: 'group', member_ids: [], name: 'Night shift' },
    toRequest: ({ body }) => ({ body: { ...body, name: body.name ?? 'New chat' } }),
    response: oneChat,
    toResponse: inChat,
  }),
  getChat: adapt({ operation: 'getChat', response: oneChat, toResponse: inChat }),
  updateChat: adapt({
    operation: 'putChat',
    accepts: { body: { avatar: 'avatar_url' } },
    response: oneChat,
    toResponse: inChat,
  }),
}
