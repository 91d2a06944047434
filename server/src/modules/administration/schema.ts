import { z } from 'zod'
import { id, instant, optional, page, text } from '../../platform/http/fields.ts'

export const statistics = z.object({
  users: z.int().describe('Accounts that exist.'),
  active_users: z.int().describe('Users seen in the last 24 hours.'),
  suspended_users: z.int().describe('Users who are suspended or banned at the moment.'),
  banned_users: z.int().describe('Users who are banned at the moment.'),
  reports: z.int().describe('Reports that users have made.'),
  open_reports: z.int().describe('Reports that no administrator has handled yet.'),
  chats: z.int().describe('Chats that exist.'),
  groups: z.int().describe('Chats of more than two people.'),
  messages: z.int().describe('All chat messages ever sent, including deleted ones.'),
  messages_today: z.int().describe('Chat messages sent since midnight UTC.'),
  video_calls: z.int().describe('Video calls ever started.'),
  storage_bytes: z.int().describe('Bytes of all stored files.'),
  per_day: z
    .array(
      z.object({
        date: z.iso.date().describe('The day in UTC, like `2026-11-30`.'),
        users: z.int().describe('Accounts that exist.'),
        messages: z.int().describe('All chat messages ever sent, including deleted ones.'),
        video_calls: z.int().describe('Video calls ever started.'),
      }),
    )
    .describe('The last 30 days in UTC, the oldest first.'),
  per_month: z
    .array(
      z.object({
        month: z.string().describe('The month in UTC, like `2026-11`.'),
        users: z.int().describe('Accounts that exist now and were created by the end of the month.'),
      }),
    )
    .describe('The last 12 months in UTC, the oldest first.'),
})
export type Statistics = z.output<typeof statistics>

export const managedUser = z.object({
  id: id.describe('Id of the user.'),
  email: z.string().describe('E-mail address.'),
  name: z.string().nullable().describe('Name that others see; null without one.'),
  username: z.string().nullable().describe('Unique handle without `@`; null without one.'),
  phone: z.string().nullable().describe('Telephone number in E.164 form.'),
  is_admin: z.boolean().describe('True for an administrator of the platform.'),
  email_verified: z
    .boolean()
    .describe(
      'True once the user has verified the address with a code, or an administrator has marked it as verified.',
    ),
  phone_verified: z
    .boolean()
    .describe('True once the user has verified the number with a code, or an administrator has marked it as verified.'),
  suspended: z.boolean().describe('True for a suspended user.'),
  banned: z.boolean().describe('True for a banned user.'),
  suspended_at: instant.nullable().describe('When the user was suspended.'),
  banned_at: instant.nullable().describe('When the user was banned.'),
  last_active_at: instant.nullable().describe('When the user last sent a request.'),
  created_at: instant.describe('When the account was created.'),
})
export type ManagedUser = z.output<typeof managedUser>

/** `q`: words, or beginnings of words, of the name, username or e-mail address. */
export const userQuery = page().extend({
  q: optional(z.string().trim().max(200)).describe('Part of a name or an e-mail address.'),
})
export const measure = z.object({
  reason: optional(text(1000)).describe('The reason, for the audit log. It is not shown to the user.'),
})
export const verifying = z.object({
  type: z
    .enum(['email', 'phone'])
    .default('email')
    .describe('What to mark as verified: the e-mail address or the telephone number.'),
})

const subjectType = z.enum(['user', 'message', 'chat'])
const status = z.enum(['open', 'resolved', 'dismissed'])

export const newReport = z.object({
  subject_type: subjectType.describe('The type of the reported object: a user, a message or a chat.'),
  subject_id: id.describe('Id of the reported user, message or chat.'),
  reason: text(200).describe('The reason, in a few words.'),
  details: optional(text(4000)).describe('Details for the administrators.'),
})
export type NewReport = z.output<typeof newReport>

export const report = z.object({
  id: id.describe('Id of the report.'),
  subject_type: subjectType.describe('The type of the reported object: a user, a message or a chat.'),
  subject_id: id.describe('Id of the reported user, message or chat.'),
  reason: z.string().describe("The reporter's reason."),
  details: z.string().nullable().describe("The reporter's details."),
  status: status.describe('`open` until an administrator resolves or dismisses it.'),
  created_at: instant.describe('When it was reported.'),
})
export type Report = z.output<typeof report>

export const handledReport = report.extend({
  reporter: z
    .object({
      id: id.describe('Id of the user.'),
      name: z.string().nullable().describe('Name that others see.'),
      email: z.string().describe('E-mail address of the user.'),
    })
    .describe('The user who reported.'),
  reported_user: z
    .object({
      id: id.describe('Id of the user.'),
      name: z.string().nullable().describe('Name that others see.'),
      email: z.string().describe('E-mail address of the user.'),
    })
    .nullable()
    .describe('The reported user, or the author of the reported message. Null for a chat.'),
  quote: z.string().nullable().describe('The text of the reported message.'),
  note: z.string().nullable().describe("An administrator's note on the decision."),
  handled_by: id.nullable().describe('The administrator who decided.'),
  handled_at: instant.nullable().describe('When the report was resolved or dismissed.'),
})
export type HandledReport = z.output<typeof handledReport>

export const reportQuery = page().extend({ status: optional(status).describe('Only reports in this state.') })
export const reportChanges = z.object({
  status: status.describe('The decision.'),
  note: optional(text(4000)).describe("An administrator's note on the decision."),
})
