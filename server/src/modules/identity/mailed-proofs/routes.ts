import { z } from 'zod'
import { optional } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { email } from '../schema.ts'
import { deviceOf } from '../sessions/device.ts'
import { proveOwner } from '../sessions/prove-owner.ts'
import { credentials } from '../sessions/schema.ts'
import { requestEmailChange } from './email-change.ts'

export const emailRoutes: Record<string, Route> = {
  changeEmail: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/email',
    access: 'user',
    summary: "Change the caller's e-mail address: a link is sent to the new one, and following it makes the change",
    body: z.object({
      email: email.describe('The new address.'),
      password: optional(credentials.shape.password).describe(
        "The caller's password. Needed when the account has one.",
      ),
    }),
    example: { email: 'ana.silva@example.com', password: 'correct horse battery' },
    response: z.object({
      message: z.string().describe('A message for the user.'),
      email: z.string().describe('The present address, which stays until the link is followed.'),
      new_email: z.string().describe('The address that the link was sent to.'),
    }),
    errors: [409],
    notIdempotent: true,
    async handler(ctx, { body, request }) {
      const device = deviceOf(request)
      const user = await proveOwner(ctx, body.password, device, 'change your e-mail address')
      await requestEmailChange(ctx, { email: body.email, approved: true }, device)
      return {
        message: 'We have sent a link to the new address. Follow it to make the change.',
        email: user.email,
        new_email: body.email,
      }
    },
  }),
}
