import { z } from 'zod'
import { email, password } from '../schema.ts'

export const passwordChange = z.object({
  current_password: z.string().max(10_000).describe('The current password.'),
  new_password: password.describe('The new password.'),
})

export const forgottenPassword = z.object({
  email: email.describe('Address of the account. The response is the same whether the account exists or not.'),
})
export const passwordReset = z.object({
  token: z.string().max(500).describe('The token from the mail.'),
  password: password.describe('The new password.'),
})
