import { z } from 'zod'
import { id, instant, optional } from '../../../platform/http/fields.ts'
import { me } from '../people/schema.ts'

/** Anything may be tried; what is not an account's is a wrong password. */
export const credentials = z.object({ email: z.string().trim().max(1000), password: z.string().max(10_000) })

export const refreshRequest = z.object({ refresh_token: optional(z.string().max(500)) })

const session = z.object({
  user: z.object({ id, email: z.string() }),
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  /** Unix seconds. */
  expires_at: z.int(),
})

/** The one answer that serves all five front-ends. */
export const signedIn = z.object({
  session,
  user: me,
  token: z.string(),
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  expires_at: z.int(),
})
export type SignedIn = z.output<typeof signedIn>

export const signedUp = z.object({ message: z.string(), user: me, session })
export const signedOut = z.object({ success: z.literal(true), message: z.string() })

export const openSession = z.object({
  id,
  user_agent: z.string().nullable(),
  ip: z.string().nullable(),
  created_at: instant,
  last_used_at: instant,
  expires_at: instant,
  /** Is it the one that asks? */
  current: z.boolean(),
})
