import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../platform/http/fields.ts'
import { messageInHistory } from './messages/schema.ts'

export const maxMembers = 1000
const pictureUrl = text(2000).regex(/^(https?:\/\/|\/(?!\/))/, 'Give an http(s) address or a path on this server.')

const chatRole = z.enum(['owner', 'admin', 'member'])
export type ChatRole = z.output<typeof chatRole>

export const chatMember = z.object({
  user_id: id,
  name: z.string().nullable(),
  username: z.string().nullable(),
  avatar_url: z.string().nullable(),
  role: chatRole,
  status: z.string().nullable(),
  online: z.boolean(),
  last_seen: instant.nullable(),
  read_number: z.int(),
  delivered_number: z.int(),
  joined_at: instant,
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
  id,
  type: z.enum(['dm', 'group']),
  /** Of a dm: the other's. */
  name: z.string().nullable(),
  avatar_url: z.string().nullable(),
  created_by: id,
  /** Mine. */
  role: chatRole,
  archived: z.boolean(),
  hidden: z.boolean(),
  unread_count: z.int(),
  member_count: z.int(),
  /** In a list the first five. */
  members: z.array(chatMember),
  last_message: lastMessage.nullable(),
  created_at: instant,
  updated_at: instant,
})
export type Chat = z.output<typeof chat>

const yesOrNo = z.enum(['true', 'false']).transform((value) => value === 'true')
export const chatQuery = page(50).extend({ archived: optional(yesOrNo), hidden: optional(yesOrNo) })
export type ChatQuery = z.output<typeof chatQuery>

export const newChat = z.object({
  type: z.enum(['dm', 'group']),
  name: optional(text(200)),
  avatar_url: optional(pictureUrl),
  member_ids: z
    .array(id)
    .max(maxMembers - 1)
    .default([]),
})
export type NewChat = z.output<typeof newChat>

export const chatChanges = z.object({
  name: optional(text(200)),
  avatar_url: clearable(pictureUrl),
  archived: z.boolean().optional(),
  hidden: z.boolean().optional(),
})
export type ChatChanges = z.output<typeof chatChanges>

export const newMembers = z.object({
  member_ids: z
    .array(id)
    .min(1)
    .max(maxMembers - 1),
})
export const memberChanges = z.object({ role: chatRole })
