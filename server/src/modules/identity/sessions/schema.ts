import { z } from 'zod'
import { id, instant, optional } from '../../../platform/http/fields.ts'
import { me } from '../people/schema.ts'

/** Anything may be tried; what is not an account's is a wrong password. */
export const credentials = z.object({
  email: z.string().trim().max(1000).describe('E-mail address of the account.'),
  password: z.string().max(10_000).describe('Password of the account.'),
})

export const refreshRequest = z.object({
  refresh_token: optional(z.string().max(500)).describe(
    'The refresh token, which is good once. Default: the one in the cookie.',
  ),
})

const session = z.object({
  user: z
    .object({ id: id.describe('Id of the user.'), email: z.string().describe('E-mail address of the user.') })
    .describe('The account in brief.'),
  access_token: z.string().describe('Sent as `Authorization: Bearer …`; lives for 24 hours.'),
  refresh_token: z.string().describe('Gets new tokens from `POST /api/auth/refresh`; good once.'),
  token_type: z.literal('Bearer').describe('How to send the token.'),
  expires_in: z.int().describe('Seconds until the access token expires.'),
  expires_at: z.int().describe('When the access token expires, in Unix seconds.'),
})

/** The one answer that serves all five front-ends. */
export const signedIn = z.object({
  session: session.describe('The tokens again, in the form that some front-ends read.'),
  user: me.describe('The signed-in user, as in `GET /api/auth/me`.'),
  token: z.string().describe('The same as `access_token`.'),
  access_token: z.string().describe('Sent as `Authorization: Bearer …`; lives for 24 hours.'),
  refresh_token: z.string().describe('Gets new tokens from `POST /api/auth/refresh`; good once.'),
  token_type: z.literal('Bearer').describe('How to send the token.'),
  expires_in: z.int().describe('Seconds until the access token expires.'),
  expires_at: z.int().describe('When the access token expires, in Unix seconds.'),
})
export type SignedIn = z.output<typeof signedIn>

/** The same, with a sentence. */
export const signedUp = signedIn.extend({
  message: z.string().describe('A sentence for a person that says what was done.'),
})
export const signedOut = z.object({
  success: z.literal(true).describe('Always true; a failure is answered with an error status.'),
  message: z.string().describe('A sentence for a person that says what was done.'),
})

export const openSession = z.object({
  id: id.describe('Id of the session.'),
  user_agent: z.string().nullable().describe('The browser or program, as it named itself.'),
  ip: z.string().nullable().describe('Network address it signed in from.'),
  created_at: instant.describe('When it signed in.'),
  last_used_at: instant.describe('When it last renewed its tokens.'),
  expires_at: instant.describe('When it ends unless it is used.'),
  current: z.boolean().describe('True for the session that asks.'),
})
