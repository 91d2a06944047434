import { z } from 'zod'
import { id, instant } from '../../platform/http/fields.ts'

/** A person in a chat, as the front-end shows them. */
export const chatUser = z.object({
  id: id.describe('Id of the user.'),
  username: z.string().nullable().describe('Unique handle without `@`.'),
  displayName: z.string().describe('Name that others see.'),
  avatar: z.string().nullable().describe('URL of the picture.'),
})

export const participant = chatUser.extend({
  role: z.string().describe('`owner`, `admin` or `member`.'),
  online: z.boolean().describe('True while the user has a connection to the WebSocket.'),
  lastSeen: instant.nullable().describe('When the user was last online.'),
})

export const account = chatUser.extend({
  email: z.string().describe('E-mail address.'),
  isAdmin: z.boolean().describe('True for an administrator of the platform.'),
})

/** A profile; of another person without the address. */
export const profile = chatUser.extend({
  email: z.string().optional().describe("E-mail address; only in the caller's own profile."),
  phone: z.string().nullable().optional().describe("Telephone number; only in the caller's own profile."),
  about: z.string().nullable().describe('A few sentences about the user.'),
  pronouns: z.string().nullable().describe('Like `she/her`.'),
  online: z.boolean().describe('True while the user has a connection to the WebSocket.'),
  lastSeen: instant.nullable().describe('When the user was last online.'),
  verification: z
    .object({
      emailVerified: z.boolean().describe('True once the address is verified.'),
      phoneVerified: z.boolean().describe('True once the number is verified.'),
      primaryMethod: z.enum(['email', 'phone']).describe('`email`, unless only the number is verified.'),
    })
    .describe('What is verified.'),
  status: z
    .object({
      message: z.string().describe('The text.'),
      emoji: z.null().describe('Always null: the text may contain emojis.'),
      expiresAt: instant.nullable().describe('When it disappears by itself.'),
    })
    .nullable()
    .describe('A short text for a while; null if not set.'),
})

/** The names of a user or person of the API. */
interface Named {
  name?: string | null
  full_name?: string | null
  display_name?: string | null
  username?: string | null
  email?: string
}

/** The screens call methods of this text, so there always is one. */
export const displayNameOf = ({ display_name, name, full_name, username, email }: Named): string =>
  display_name ?? name ?? full_name ?? username ?? email ?? ''

// oxlint-disable-next-line no-explicit-any -- responses of operations as JSON, here and below.
export const toUser = (user: any): z.output<typeof chatUser> => ({
  id: user.id ?? user.user_id,
  username: user.username ?? null,
  displayName: displayNameOf(user),
  avatar: user.avatar_url ?? null,
})

// oxlint-disable-next-line no-explicit-any -- see above.
export const toParticipant = (member: any): z.output<typeof participant> => ({
  ...toUser(member),
  role: member.role,
  online: member.online,
  lastSeen: member.last_seen,
})

// oxlint-disable-next-line no-explicit-any -- see above.
export const toAccount = (me: any): z.output<typeof account> => ({
  ...toUser(me),
  email: me.email,
  isAdmin: me.is_admin,
})

// oxlint-disable-next-line no-explicit-any -- see above.
export const toProfile = (shown: any): z.output<typeof profile> => ({
  ...toUser(shown),
  ...(shown.email !== undefined && { email: shown.email, phone: shown.phone }),
  about: shown.about,
  pronouns: shown.pronouns,
  online: shown.online,
  lastSeen: shown.last_active,
  verification: {
    emailVerified: shown.email_verified,
    phoneVerified: shown.phone_verified,
    primaryMethod: shown.phone_verified && !shown.email_verified ? 'phone' : 'email',
  },
  status: shown.status === null ? null : { message: shown.status, emoji: null, expiresAt: shown.status_expires_at },
})
