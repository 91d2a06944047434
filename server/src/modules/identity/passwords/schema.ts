import { z } from 'zod'
import { email, password } from '../schema.ts'

export const passwordChange = z.object({
  current_password: z.string().max(10_000).describe('The password at the moment.'),
  new_password: password.describe('The new password.'),
})

export const forgottenPassword = z.object({
  email: email.describe('Address of the account. The answer is the same whether there is one or not.'),
})
export const passwordReset = z.object({
  token: z.string().max(500).describe('The token from the mail.'),
  password: password.describe('The new password.'),
})
