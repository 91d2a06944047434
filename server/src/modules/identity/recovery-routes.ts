import { message } from '../../platform/http/fields.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { deviceOf } from './device.ts'
import { requestPasswordReset, resetPassword } from './password-reset.ts'
import { forgottenPassword, passwordReset, verification, verificationAnswer } from './schema.ts'
import { confirmCode, sendCode } from './verification.ts'
import { findMe } from './users.ts'

/** Proving that an e-mail address or telephone is one's own, and using that to get back in. */
export const recoveryRoutes: Record<string, Route> = {
  verify: route({
    kind: 'outside',
    method: 'POST',
    path: '/api/users/verify',
    access: 'user',
    summary: 'Get a code by e-mail or SMS; with `code`, confirm it.',
    body: verification,
    example: { type: 'email' },
    answer: verificationAnswer,
    errors: [409],
    notIdempotent: true,
    async handler(ctx, { body: { type, code }, request }) {
      const device = deviceOf(request)
      const what = type === 'email' ? 'e-mail address' : 'telephone number'
      if (code !== undefined) {
        const user = await confirmCode(ctx, type, code, device)
        return { message: `Your ${what} is verified.`, type, ...verified(user) }
      }
      const expires_at = await sendCode(ctx, type, device)
      const user = await ctx.db.one(findMe, {})
      return { message: `We have sent a code to your ${what}.`, type, ...verified(user), expires_at }
    },
  }),

  forgotPassword: route({
    kind: 'outside',
    method: 'POST',
    path: '/api/auth/forgot-password',
    access: 'public',
    summary: 'Get a link by e-mail with which a new password can be chosen.',
    body: forgottenPassword,
    example: { email: 'ana@example.com' },
    answer: message,
    notIdempotent: true,
    async handler({ services }, { body, request }) {
      await requestPasswordReset(services, body.email, deviceOf(request))
      return { message: 'If there is an account with this e-mail address, we have sent a link to it.' }
    },
  }),

  resetPassword: route({
    kind: 'outside',
    method: 'POST',
    path: '/api/auth/reset-password',
    access: 'public',
    summary: 'Choose a new password with the token of that link; every session ends.',
    body: passwordReset,
    example: { token: 'k3Jb0uYvI2cW9mQzT1xN8sLr5hGf7dPa6eVoXyZ4wAc', password: 'another horse battery' },
    answer: message,
    notIdempotent: true,
    async handler({ services }, { body, request }) {
      await resetPassword(services, body, deviceOf(request))
      return { message: 'Your password is changed. Sign in with the new one.' }
    },
  }),
}

const verified = ({ email_verified, phone_verified }: { email_verified: boolean; phone_verified: boolean }) => ({
  email_verified,
  phone_verified,
})
