import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../platform/http/fields.ts'
import { messageInHistory } from './messages/schema.ts'

export const maxMembers = 1000
const pictureUrl = text(2000).regex(/^(https?:\/\/|\/(?!\/))/, 'Give an http(s) address or a path on this server.')

const chatRole = z.enum(['owner', 'admin', 'member'])
export type ChatRole = z.output<typeof chatRole>

export const chatMember = z.object({
  user_id: id.describe('The member.'),
  name: z.string().nullable().describe('Name that others see.'),
  username: z.string().nullable().describe('Unique handle without `@`.'),
  avatar_url: z.string().nullable().describe('URL of the picture; null if not set.'),
  role: chatRole.describe('`owner`, `admin` or `member`. Owners and admins change a group and its members.'),
  status: z.string().nullable().describe('A short text the member shows about themselves.'),
  online: z.boolean().describe('True while the member has a connection to the WebSocket.'),
  last_seen: instant.nullable().describe('When the member was last online.'),
  read_number: z.int().describe('`number` of the newest message the member has read.'),
  delivered_number: z.int().describe('`number` of the newest message that reached a device of the member.'),
  joined_at: instant.describe('When the member joined.'),
})

const lastMessage = messageInHistory.pick({
  id: true,
  number: true,
  sender_id: true,
  type: true,
  content: true,
  visibility: true,
  encrypted: true,
  created_at: true,
  deleted: true,
})

export const chat = z.object({
  id: id.describe('Id of the chat.'),
  type: z.enum(['dm', 'group']).describe('`dm` for two people, `group` for more.'),
  name: z.string().nullable().describe("Name of the group; in a dm the other person's."),
  avatar_url: z.string().nullable().describe('URL of the picture; null if not set.'),
  created_by: id.describe('The user who opened the chat.'),
  role: chatRole.describe("The caller's role in the chat."),
  archived: z.boolean().describe('True when the caller has archived the chat. Applies to the caller only.'),
  hidden: z.boolean().describe('True when the caller hides the chat from the list. Applies to the caller only.'),
  unread_count: z.int().describe('Messages the caller has not read.'),
  member_count: z.int().describe('How many members the chat has.'),
  members: z.array(chatMember).describe('The members; in a list of chats the first five.'),
  last_message: lastMessage.nullable().describe('The newest message in brief; null in an empty chat.'),
  created_at: instant.describe('When the chat was created.'),
  updated_at: instant.describe('When the chat was last changed.'),
})
export type Chat = z.output<typeof chat>

/** Null: both. */
const yesOrNo = z.enum(['true', 'false', 'any']).transform((value) => (value === 'any' ? null : value === 'true'))
export const chatQuery = page(50).extend({
  archived: optional(yesOrNo).describe('`true`: only archived chats; `any`: these too. Default: those that are not.'),
  hidden: optional(yesOrNo).describe('`true`: only hidden chats; `any`: these too. Default: those that are not.'),
})
export type ChatQuery = z.output<typeof chatQuery>

export const newChat = z.object({
  type: z.enum(['dm', 'group']).describe('`dm` for two people, `group` for more.'),
  name: optional(text(200)).describe('Name of a group.'),
  avatar_url: optional(pictureUrl).describe('Address of a picture for a group.'),
  member_ids: z
    .array(id)
    .max(maxMembers - 1)
    .default([])
    .describe('Users to add. A `dm` has exactly one; opening one that exists returns it.'),
})
export type NewChat = z.output<typeof newChat>

export const chatChanges = z.object({
  name: optional(text(200)).describe('New name of a group.'),
  avatar_url: clearable(pictureUrl).describe('URL of the picture; null if not set. `null` empties it.'),
  archived: z.boolean().optional().describe('True when the caller has archived the chat. Applies to the caller only.'),
  hidden: z
    .boolean()
    .optional()
    .describe('True when the caller hides the chat from the list. Applies to the caller only.'),
})
export type ChatChanges = z.output<typeof chatChanges>

export const newMembers = z.object({
  member_ids: z
    .array(id)
    .min(1)
    .max(maxMembers - 1)
    .describe('Users to add to the group.'),
})
export const memberChanges = z.object({ role: chatRole.describe("The member's new role.") })
