import { z } from 'zod'
import { invalidField } from '../../platform/errors.ts'
import { instant, optional } from '../../platform/http/fields.ts'
import { adapt } from '../adapt.ts'
import type { Adapted } from '../front-end.ts'
import { account, profile, toAccount, toProfile } from './users.ts'

export const succeeded = z.literal(true).describe('Always true; a failure has an error status.')

const signedIn = z.object({
  success: succeeded,
  user: account.describe('The signed-in user.'),
  token: z.string().describe('Sent as `Authorization: Bearer …`.'),
  refreshToken: z.string().describe('For a new token; valid once.'),
  expiresIn: z.int().describe('Seconds until the token expires.'),
})

// oxlint-disable-next-line no-explicit-any -- the operation's response as JSON.
const toSignedIn = ({ user, token, refresh_token, expires_in }: any): z.output<typeof signedIn> => ({
  success: true,
  user: toAccount(user),
  token,
  refreshToken: refresh_token,
  expiresIn: expires_in,
})

const ownProfile = z.object({ success: succeeded, user: profile.describe('The profile.') })
// oxlint-disable-next-line no-explicit-any -- the operation's response as JSON.
const inUser = (shown: any): z.output<typeof ownProfile> => ({ success: true, user: toProfile(shown) })

const verificationStep = z.object({
  method: z.enum(['email', 'phone']).describe('What to verify.'),
  step: z.enum(['send', 'verify']).describe('`send` a code, or `verify` with it.'),
  contact: optional(z.string().trim().max(254)).describe('The address or number.'),
  code: optional(z.string().trim().max(20)).describe('The code that was sent.'),
})

export const accountRequests: Record<string, Adapted> = {
  register: adapt({ operation: 'register', response: signedIn, toResponse: toSignedIn }),
  login: adapt({ operation: 'login', response: signedIn, toResponse: toSignedIn }),
  refresh: adapt({ operation: 'refresh', response: signedIn, toResponse: toSignedIn }),
  me: adapt({
    operation: 'getMe',
    response: z.object({ success: succeeded, user: account.describe('The signed-in user.') }),
    toResponse: (me) => ({ success: true as const, user: toAccount(me) }),
  }),
  getProfile: adapt({ operation: 'getMyProfile', response: ownProfile, toResponse: inUser }),
  updateProfile: adapt({ operation: 'updateMyProfile', response: ownProfile, toResponse: inUser }),
  verify: adapt({
    operation: 'verify',
    summary: 'Send a code by e-mail or SMS, or confirm it',
    body: verificationStep,
    accepts: { body: { type: 'method' } },
    example: { method: 'email', step: 'send' },
    toRequest: ({ body: { method, step, contact, code } }) => {
      if (step === 'verify' && code === undefined) throw invalidField('body.code', 'Give the code that was sent.')
      return { body: { type: method, contact, ...(step === 'verify' && { code }) } }
    },
    response: z.object({
      success: succeeded,
      message: z.string().describe('A message for the user.'),
      method: z.enum(['email', 'phone']).describe('What is verified.'),
      verified: z.boolean().describe('True when the address or number is verified.'),
      expiresAt: instant.optional().describe('When the code expires.'),
    }),
    toResponse: (answer, { body: { method } }) => ({
      success: true as const,
      message: answer.message,
      method,
      verified: method === 'email' ? answer.email_verified : answer.phone_verified,
      ...(answer.expires_at && { expiresAt: answer.expires_at }),
    }),
  }),
  userStatus: adapt({
    operation: 'getUserStatus',
    response: z.object({
      success: succeeded,
      status: z.enum(['online', 'away', 'offline']).describe('Whether the user is online.'),
      onlineAt: instant.nullable().describe('When the user was last online.'),
      message: z.string().nullable().describe('The short text the user shows.'),
    }),
    toResponse: ({ status, last_seen, text }) => ({
      success: true as const,
      status,
      onlineAt: last_seen,
      message: text,
    }),
  }),
}
