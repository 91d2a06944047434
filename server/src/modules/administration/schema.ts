import { z } from 'zod'
import { id, instant, optional, page, text } from '../../platform/http/fields.ts'

export const statistics = z.object({
  users: z.int(),
  /** Seen in the last 24 hours. */
  active_users: z.int(),
  suspended_users: z.int(),
  open_reports: z.int(),
  chats: z.int(),
  /** Ever sent, also those that were deleted since. */
  messages: z.int(),
  messages_today: z.int(),
  video_calls: z.int(),
  storage_bytes: z.int(),
  /** The last 30 days, in UTC, the oldest first. */
  per_day: z.array(z.object({ date: z.iso.date(), users: z.int(), messages: z.int(), video_calls: z.int() })),
})
export type Statistics = z.output<typeof statistics>

export const managedUser = z.object({
  id,
  email: z.string(),
  name: z.string().nullable(),
  username: z.string().nullable(),
  phone: z.string().nullable(),
  is_admin: z.boolean(),
  email_verified: z.boolean(),
  phone_verified: z.boolean(),
  suspended: z.boolean(),
  banned: z.boolean(),
  suspended_at: instant.nullable(),
  banned_at: instant.nullable(),
  last_active_at: instant.nullable(),
  created_at: instant,
})
export type ManagedUser = z.output<typeof managedUser>

/** `q`: words, or beginnings of words, of the name, username or e-mail address. */
export const userQuery = page().extend({ q: optional(z.string().trim().max(200)) })
export const measure = z.object({ reason: optional(text(1000)) })
export const verifying = z.object({ type: z.enum(['email', 'phone']).default('email') })

const subjectType = z.enum(['user', 'message', 'chat'])
const status = z.enum(['open', 'resolved', 'dismissed'])

export const newReport = z.object({
  subject_type: subjectType,
  subject_id: id,
  reason: text(200),
  details: optional(text(4000)),
})
export type NewReport = z.output<typeof newReport>

export const report = z.object({
  id,
  subject_type: subjectType,
  subject_id: id,
  reason: z.string(),
  details: z.string().nullable(),
  status,
  created_at: instant,
})
export type Report = z.output<typeof report>

export const handledReport = report.extend({
  reporter: z.object({ id, name: z.string().nullable(), email: z.string() }),
  reported_user: z.object({ id, name: z.string().nullable(), email: z.string() }).nullable(),
  /** What the reported message said. */
  quote: z.string().nullable(),
  note: z.string().nullable(),
  handled_by: id.nullable(),
  handled_at: instant.nullable(),
})
export type HandledReport = z.output<typeof handledReport>

export const reportQuery = page().extend({ status: optional(status) })
export const reportChanges = z.object({ status, note: optional(text(4000)) })
