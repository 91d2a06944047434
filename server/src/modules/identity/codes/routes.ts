import { type Route, route } from '../../../platform/http/route.ts'
import { findMe } from '../people/users.ts'
import { verification, verificationResponse } from './schema.ts'
import { deviceOf } from '../sessions/device.ts'
import { confirmCode, sendCode } from './verification.ts'

/** Verification of an e-mail address or telephone number. */
export const codeRoutes: Record<string, Route> = {
  verify: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/users/verify',
    access: 'user',
    summary: 'Send a code by e-mail or SMS; with `code`, confirm it',
    body: verification,
    accepts: { body: { method: 'type' } },
    example: { type: 'email' },
    response: verificationResponse,
    errors: [409],
    notIdempotent: true,
    async handler(ctx, { body: { type, contact, code }, request }) {
      const device = deviceOf(request)
      const what = type === 'email' ? 'e-mail address' : 'telephone number'
      if (code !== undefined) {
        const user = await confirmCode(ctx, { type, contact, code }, device)
        return { message: `Your ${what} is verified.`, type, ...verified(user) }
      }
      const expires_at = await sendCode(ctx, { type, contact }, device)
      const user = await ctx.db.one(findMe, {})
      return { message: `We have sent a code to your ${what}.`, type, ...verified(user), expires_at }
    },
  }),
}

const verified = ({ email_verified, phone_verified }: { email_verified: boolean; phone_verified: boolean }) => ({
  email_verified,
  phone_verified,
})
