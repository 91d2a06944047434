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
  code: optional(code).describe('The six digits that were sent. Left out: a new code is sent.'),
})
export const verificationAnswer = z.object({
  message: z.string().describe('A sentence for a person that says what was done.'),
  type: z
    .enum(['email', 'phone'])
    .describe('What to verify: the e-mail address or the telephone number of the caller.'),
  email_verified: z.boolean().describe('True when the address is verified now.'),
  phone_verified: z.boolean().describe('True when the number is verified now.'),
  expires_at: instant.optional().describe('When the code that was just sent stops working.'),
})
