import { Readable } from 'node:stream'
import { z } from 'zod'
import { optional, succeeded, success } from '../../../platform/http/fields.ts'
import { FileResponse, JsonResponse, type RouteTable, route } from '../../../platform/http/route.ts'
import type { AccountSection } from '../../../platform/module.ts'
import { signedOutCookies } from '../sessions/cookies.ts'
import { deviceOf } from '../sessions/device.ts'
import { deleteOwnAccount } from './erasure.ts'
import { exportAccount } from './export.ts'
import { credentials } from '../sessions/schema.ts'

const deleting = (path: string) =>
  route({
    kind: 'nontransactional',
    method: 'DELETE',
    path,
    access: 'user',
    summary: "Delete the caller's account; data that others rely on, like messages, stays with a deleted user",
    body: z.object({
      password: optional(credentials.shape.password).describe(
        "The caller's password. Needed when the account has one.",
      ),
    }),
    example: { password: 'correct horse battery' },
    response: success,
    errors: [409],
    notIdempotent: true,
    async handler(ctx, { body, request }) {
      await deleteOwnAccount(ctx, body.password, deviceOf(request))
      return new JsonResponse(succeeded, { headers: { 'set-cookie': signedOutCookies(ctx.services.config) } })
    },
  })

/** `sections`: the personal data of other modules. */
export const accountRoutes = (sections: readonly AccountSection[]): RouteTable => ({
  tag: 'Identity',
  routes: {
    deleteAccount: deleting('/api/auth/me'),
    deleteAccountAtUsers: deleting('/api/users/account'),

    exportAccount: route({
      kind: 'nontransactional',
      method: 'GET',
      path: '/api/auth/me/export',
      access: 'user',
      summary: 'Export all data about the caller as one JSON file',
      response: z.record(z.string(), z.unknown()),
      async handler(ctx) {
        await ctx.db.actor()
        return new FileResponse(Readable.from(exportAccount(ctx, sections)), {
          'content-type': 'application/json; charset=utf-8',
          'content-disposition': 'attachment; filename="account.json"',
        })
      },
    }),
  },
})
