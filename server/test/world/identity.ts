import { createPasskey } from '../authenticator.ts'
import type { Fixture } from '../world.ts'

export const create: Fixture = async ({ owner, canary, make }) => {
  await owner.patch(`/api/workspaces/${owner.workspaceId}`, { name: canary })
  await owner.patch(`/api/profiles/${owner.userId}`, { full_name: canary, company_name: canary })
  const invitation = await make(`/api/workspaces/${owner.workspaceId}/invitations`, {
    email: `${canary}.guest@example.com`,
    role: 'agent',
  })
  const key = await make('/api/api-keys', {
    name: canary,
    scopes: [
      'contacts:read',
      'contacts:write',
      'campaigns:read',
      'campaigns:write',
      'telephony:read',
      'telephony:write',
      'files:read',
      'files:write',
      'contact-lists:read',
      'do-not-call:read',
      'workspace:read',
      'members:read',
    ],
  })
  const { options } = await make('/api/auth/two-factor/passkeys/options', { password: owner.password })
  const passkey = await make('/api/auth/two-factor/passkeys', {
    name: canary,
    response: createPasskey('http://localhost:3001', 'localhost').create(options as unknown as { challenge: string }),
  })
  const { body: sessions } = await owner.get('/api/auth/sessions')
  return {
    apiKey: String(key.key),
    workspaces: owner.workspaceId,
    invitations: String(invitation.id),
    'api-keys': String(key.id),
    passkeys: String(passkey.id),
    sessions: String((sessions.data ?? sessions)[0].id),
    members: owner.userId,
    users: owner.userId,
    profiles: owner.userId,
    oauth: 'github',
  }
}
