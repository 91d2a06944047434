import assert from 'node:assert/strict'
import { codeOf, stepAt } from '../src/modules/identity/two-factor/totp.ts'
import type { SignedUp, TestServer } from './server.ts'

/** Codes of an authenticator app, each of another time step: 0 is now, 1 the next one, which counts already. */
export const appCode = (secret: string, steps = 0) => codeOf(secret, stepAt(new Date()) + steps)

/** Sets up an authenticator app with `code`, which is used then. */
export async function addApp(user: SignedUp): Promise<{ secret: string; code: string; recoveryCodes: string[] }> {
  const begun = await user.post('/api/auth/two-factor/totp', { password: user.password })
  assert.equal(begun.status, 200, JSON.stringify(begun.body))
  const { secret } = begun.body
  const code = appCode(secret)
  const confirmed = await user.post('/api/auth/two-factor/totp/confirm', { code })
  assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body))
  return { secret, code, recoveryCodes: confirmed.body.recovery_codes }
}

/** As if the codes used so far were of long ago. */
export const forgetUsedCodes = (server: TestServer, user: SignedUp) =>
  server.app.services.connections.pool.query(
    'update identity.authenticator_apps set last_step = 0 where user_id = $1',
    [user.userId],
  )

/** Gives the password; answers the token that asks for the second factor. */
export async function beginSignIn(server: TestServer, { email, password }: { email: string; password: string }) {
  const { status, body, headers } = await server.anyone.post('/api/auth/login', { email, password })
  assert.deepEqual([status, body.code], [403, 'two_factor_required'], JSON.stringify(body))
  assert.deepEqual(headers.getSetCookie(), [])
  return body.two_factor_token as string
}
