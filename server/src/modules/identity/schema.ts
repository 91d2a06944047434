import { z } from 'zod'
import { roles } from '../../platform/access.ts'
import { id, instant, text } from '../../platform/http/fields.ts'

export const email = z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))
// How long a password must be is the installation's to say, so the verbs check it.
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
  .regex(/^(https?:\/\/|\/(?!\/))/, 'Give an http(s) address or a path on this server.')

export const role = z.enum(roles)

export const auditEntry = z.object({
  id,
  action: z.string(),
  user_id: id.nullable(),
  target: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  address: z.string().nullable(),
  created_at: instant,
})
