import { z } from 'zod'
import { roles } from '../../platform/access.ts'
import { id, instant, text } from '../../platform/http/fields.ts'

export const email = z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))
// The minimum length of a password is a setting, so the service functions check it.
export const password = z.string().max(1000)
export const name = text(255)
export const username = z
  .string()
  .trim()
  .regex(/^[\w.-]{2,40}$/, 'A username has 2 to 40 letters, digits, dots, hyphens or underscores.')
export const phone = text(50)
export const pictureUrl = z
  .string()
  .trim()
  .max(2000)
  .regex(/^(https?:\/\/|\/(?!\/))/, 'Must be an http(s) URL or a path on this server.')

export const role = z.enum(roles)

export const auditEntry = z.object({
  id: id.describe('Id of the entry.'),
  action: z.string().describe('What happened, like `session.created` or `member.removed`.'),
  user_id: id.nullable().describe('The user who did it; null for the server itself.'),
  target: z.string().nullable().describe('The object or user that was changed.'),
  details: z.record(z.string(), z.unknown()).describe('Details; the fields depend on `action`.'),
  address: z.string().nullable().describe('Network address the request came from.'),
  created_at: instant.describe('When it happened.'),
})
