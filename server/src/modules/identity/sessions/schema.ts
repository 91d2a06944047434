import { z } from 'zod'
import { id, instant, optional } from '../../../platform/http/fields.ts'
import type { AlsoReturns } from '../../../platform/http/route.ts'
import { alwaysTrue, me, namedUser, userNames } from '../people/schema.ts'

/** Any value is accepted; an invalid address is reported like a wrong password. */
export const credentials = z.object({
  email: z.string().trim().max(1000).describe('E-mail address of the account.'),
  password: z.string().max(10_000).describe('Password of the account.'),
})

export const refreshRequest = z.object({
  refresh_token: optional(z.string().max(500)).describe(
    'The refresh token, which is valid once. Default: the one in the cookie.',
  ),
})

const session = z.object({
  user: z
    .object({ id: id.describe('Id of the user.'), email: z.string().describe('E-mail address of the user.') })
    .describe('A summary of the account.'),
  access_token: z.string().describe('Sent as `Authorization: Bearer …`; valid for 24 hours.'),
  refresh_token: z.string().describe('For new tokens from `POST /api/auth/refresh`; valid once.'),
  token_type: z.literal('Bearer').describe('The type of the token.'),
  expires_in: z.int().describe('Seconds until the access token expires.'),
  expires_at: z.int().describe('When the access token expires, in Unix seconds.'),
})

/** One response for all five front-ends. */
export const signedIn = z.object({
  session: session.describe('The same tokens, in the form that some front-ends read.'),
  user: me.describe('The signed-in user, as in `GET /api/auth/me`.'),
  token: z.string().describe('The same as `access_token`.'),
  access_token: z.string().describe('Sent as `Authorization: Bearer …`; valid for 24 hours.'),
  refresh_token: z.string().describe('For new tokens from `POST /api/auth/refresh`; valid once.'),
  token_type: z.literal('Bearer').describe('The type of the token.'),
  expires_in: z.int().describe('Seconds until the access token expires.'),
  expires_at: z.int().describe('When the access token expires, in Unix seconds.'),
})
export type SignedIn = z.output<typeof signedIn>

/** Names in which the front-ends read a sign-in; the same values once more. */
export const signedInNames: readonly AlsoReturns[] = [
  { at: 'session', names: { token: 'access_token' } },
  { at: 'user', names: userNames },
  {
    names: {
      success: alwaysTrue,
      data: {
        schema: z
          .object({
            user: namedUser.describe('The same as `user`.'),
            token: signedIn.shape.token,
            refreshToken: signedIn.shape.refresh_token,
          })
          .describe('The user and the tokens once more, for clients of another API.'),
        from: ({ user, token, refresh_token }: SignedIn) => ({ user, token, refreshToken: refresh_token }),
      },
    },
  },
]

/** `signedIn` with a message. */
export const signedUp = signedIn.extend({
  message: z.string().describe('A message for the user.'),
})
export const signedOut = z.object({
  success: z.literal(true).describe('Always true; failures have an error status.'),
  message: z.string().describe('A message for the user.'),
})

export const openSession = z.object({
  id: id.describe('Id of the session.'),
  user_agent: z.string().nullable().describe('The `User-Agent` of the browser or program.'),
  ip: z.string().nullable().describe('IP address of the sign-in.'),
  created_at: instant.describe('When the session began.'),
  last_used_at: instant.describe('When its tokens were last refreshed.'),
  expires_at: instant.describe('When it expires unless it is refreshed.'),
  current: z.boolean().describe('True for the session of this request.'),
})
