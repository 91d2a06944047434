import { z } from 'zod'
import { instant, optional } from '../../../platform/http/fields.ts'

const code = z
  .string()
  .transform((given) => given.replace(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'A code has six digits.'))
export const verification = z.object({
  type: z
    .enum(['email', 'phone'])
    .describe('What to verify: the e-mail address or the telephone number of the caller.'),
  contact: optional(z.string().trim().max(254)).describe(
    'Where to send the code: a new telephone number, which is stored when its code is confirmed. Default: the number or address of the profile.',
  ),
  code: optional(code).describe('The six-digit code. Without it, a new code is sent.'),
})
export const verificationResponse = z.object({
  message: z.string().describe('A message for the user.'),
  type: z
    .enum(['email', 'phone'])
    .describe('What to verify: the e-mail address or the telephone number of the caller.'),
  email_verified: z.boolean().describe('True when the address is verified.'),
  phone_verified: z.boolean().describe('True when the number is verified.'),
  expires_at: instant.optional().describe('When the new code expires.'),
})
