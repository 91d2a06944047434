import { message } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { forgottenPassword, passwordChange, passwordReset } from './schema.ts'
import { deviceOf } from '../sessions/device.ts'
import { changePassword } from './change-password.ts'
import { requestPasswordReset, resetPassword } from './password-reset.ts'

const changing = (path: string) =>
  route({
    kind: 'nontransactional',
    method: 'POST',
    path,
    access: 'user',
    summary: "Change the caller's password; their other sessions end",
    body: passwordChange,
    example: { current_password: 'correct horse battery', new_password: 'another horse battery' },
    response: message,
    notIdempotent: true,
    async handler(ctx, { body, request }) {
      await changePassword(ctx, body, deviceOf(request))
      return { message: 'Your password is changed. Your other sessions have ended.' }
    },
  })

export const passwordRoutes: Record<string, Route> = {
  changePassword: changing('/api/auth/password'),
  changePasswordAtUsers: changing('/api/users/change-password'),

  forgotPassword: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/forgot-password',
    access: 'public',
    summary: 'Send a link by e-mail to choose a new password',
    body: forgottenPassword,
    example: { email: 'ana@example.com' },
    response: message,
    notIdempotent: true,
    async handler({ services }, { body, request }) {
      await requestPasswordReset(services, body.email, deviceOf(request))
      return { message: 'If there is an account with this e-mail address, we have sent a link to it.' }
    },
  }),

  resetPassword: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/reset-password',
    access: 'public',
    summary: 'Choose a new password with the token of that link; every session ends',
    body: passwordReset,
    example: { token: 'k3Jb0uYvI2cW9mQzT1xN8sLr5hGf7dPa6eVoXyZ4wAc', password: 'another horse battery' },
    response: message,
    notIdempotent: true,
    async handler({ services }, { body, request }) {
      await resetPassword(services, body, deviceOf(request))
      return { message: 'Your password is changed. Sign in with the new one.' }
    },
  }),
}
