import { z } from 'zod'
import { email, password } from '../schema.ts'

export const passwordChange = z.object({ current_password: z.string().max(10_000), new_password: password })

export const forgottenPassword = z.object({ email })
export const passwordReset = z.object({ token: z.string().max(500), password })
