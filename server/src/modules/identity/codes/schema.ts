import { z } from 'zod'
import { instant, optional } from '../../../platform/http/fields.ts'

const code = z
  .string()
  .transform((given) => given.replace(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'A code has six digits.'))
export const verification = z.object({ type: z.enum(['email', 'phone']), code: optional(code) })
export const verificationAnswer = z.object({
  message: z.string(),
  type: z.enum(['email', 'phone']),
  email_verified: z.boolean(),
  phone_verified: z.boolean(),
  /** When the code that was just sent is no longer good. */
  expires_at: instant.optional(),
})
