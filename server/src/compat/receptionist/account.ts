import { z } from 'zod'
import { chatProfile } from '../../modules/chat/people/schema.ts'
import { me } from '../../modules/identity/people/schema.ts'
import { adapt } from '../adapt.ts'
import { composite } from '../composite.ts'
import type { FrontEnd } from '../front-end.ts'

const profile = chatProfile.extend({ name: z.string().nullable() })
type Names = Pick<z.output<typeof chatProfile>, 'full_name' | 'display_name' | 'username'>

const withName = <P extends Names>(profile: P) => ({
  ...profile,
  name: profile.full_name ?? profile.display_name ?? profile.username,
})

export const account: FrontEnd['adapted'] = {
  health: composite({
    kind: 'read',
    method: 'GET',
    path: '/api/health',
    access: 'public',
    ignoresCredentials: true,
    summary: 'Get whether the server runs',
    operations: [],
    response: z.object({ status: z.literal('ok') }),
    handler: async () => ({ status: 'ok' }) as const,
  }),
  getMe: adapt({
    operation: 'getMe',
    response: me.extend({ user: me }),
    toResponse: (answer) => ({ ...answer, user: answer }),
  }),
  getMyProfile: adapt({ operation: 'getMyProfile', response: profile, toResponse: withName }),
  updateMyProfile: adapt({
    operation: 'updateMyProfile',
    accepts: { body: { name: 'full_name', company: 'company_name' } },
    response: profile,
    toResponse: withName,
  }),
  changePassword: adapt({ operation: 'changePassword', path: '/api/users/change-password' }),
  // The operation asks for the password, which the front-end does not send. It works for accounts without one.
  deleteAccount: adapt({ operation: 'deleteAccount', path: '/api/users/account' }),
}
