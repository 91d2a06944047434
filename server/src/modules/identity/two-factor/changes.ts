import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { missing, forbidden } from '../../../platform/errors.ts'
import { sendMessage } from '../../../platform/mail/messages.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { audited } from '../audit.ts'
import { actAs, findForSignIn, findMe } from '../people/users.ts'
import type { Device } from '../sessions/device.ts'
import { publishRevoked, currentSession, revokeOthers } from '../sessions/open-sessions.ts'
import { beginApp, confirmApp, removeApp } from './authenticator-app.ts'
import { addPasskey, registrationOptions, removePasskey, renamePasskey, verifyRegistration } from './passkeys.ts'
import { type Proof, requireCode, requireProof } from './proof.ts'
import { makeRecoveryCodes } from './recovery-codes.ts'
import { type TwoFactorState, findState, methodsOf } from './state.ts'

/** Changes of second factors: the action in the audit log, and the text of the mail to the user. */
const changes = {
  'two_factor.totp_added': 'An authenticator app was added to your account.',
  'two_factor.totp_removed': 'The authenticator app was removed from your account.',
  'two_factor.passkey_added': 'A passkey was added to your account.',
  'two_factor.passkey_removed': 'A passkey was removed from your account.',
  'two_factor.recovery_codes_made': 'Your account has new recovery codes. The previous codes no longer work.',
  'two_factor.recovery_code_used': 'A recovery code was used to sign in to your account. It cannot be used again.',
  'two_factor.disabled': 'Signing in with a second factor was turned off for your account.',
  'two_factor.reset': 'An administrator turned off signing in with a second factor for your account.',
} as const
export type Change = keyof typeof changes

const dropAll = statement(
  'identity.two_factor.drop_all',
  () => sql<Record<string, never>>`
    with apps as (delete from identity.authenticator_apps where user_id = app.user_id()),
         keys as (delete from identity.passkeys where user_id = app.user_id()),
         begun as (delete from identity.pending_sign_ins where user_id = app.user_id())
    delete from identity.recovery_codes where user_id = app.user_id()`,
)

/** Writes the audit log and mails the user. The context is the server's own, acting for the user. */
export async function notifyChange(ctx: Ctx, user: { id: string; email: string }, change: Change, address?: string) {
  const by = address === undefined ? { details: { by: 'command line' } } : { address }
  await ctx.db.together([audited({ action: change, target: `user:${user.id}`, ...by })])
  await sendMessage(ctx, {
    channel: 'email',
    to: user.email,
    subject: 'Your second factor has changed',
    text: `${changes[change]}\n\nIf this was not you, change your password now and check your second factors.\n`,
  })
}

const withState = (state: Omit<TwoFactorState, 'enabled' | 'methods'>): TwoFactorState => {
  const methods = methodsOf(state)
  return { enabled: methods.length > 0, methods, ...state }
}

export const twoFactorState = async (ctx: Ctx): Promise<TwoFactorState> => withState(await ctx.db.one(findState, {}))

const me = (ctx: Ctx) => ctx.db.one(findMe, {})

/** Runs `work` in a transaction of the server's own that acts for the user. */
const asUser = <T>(services: Services, userId: string, work: (server: Ctx) => Promise<T>): Promise<T> =>
  transaction(serverContext(services, { workspaceId: null }), async (server) => {
    await server.db.together([actAs.call({ user_id: userId })])
    return work(server)
  })

async function endOtherSessions(server: Ctx, userId: string, keep: string | null): Promise<void> {
  const [revoked] = await server.db.together([revokeOthers.call({ keep })])
  publishRevoked(server, userId, revoked, 'revoked')
}

/**
 * Completes the addition of a factor. The first factor creates recovery codes, which are returned, and ends the sessions
 * that began without it. Returns no codes when the user has some.
 */
async function settleAdded(
  server: Ctx,
  user: { id: string; email: string },
  change: Change,
  keep: string | null,
  device: Device,
): Promise<string[]> {
  const state = await twoFactorState(server)
  const isFirst = (state.totp ? 1 : 0) + state.passkeys.length === 1
  let codes: string[] = []
  if (isFirst) {
    const made = makeRecoveryCodes()
    await server.db.together(made.calls)
    codes = made.codes
    await endOtherSessions(server, user.id, keep)
  }
  await notifyChange(server, user, change, device.address)
  return codes
}

/** Completes the removal of a factor: ends all other sessions, and deletes the recovery codes if no factor is left. */
async function settleRemoved(
  server: Ctx,
  user: { id: string; email: string },
  change: Change,
  keep: string | null,
  address?: string,
): Promise<void> {
  if (!(await twoFactorState(server)).enabled) await server.db.together([dropAll.call({})])
  await endOtherSessions(server, user.id, keep)
  await notifyChange(server, user, change, address)
}

/** Throws 400, 409 `totp_enabled`, 429. */
export async function beginTotp(ctx: Ctx, proof: Proof, device: Device) {
  const user = await me(ctx)
  await requireProof(ctx, user, proof, device)
  return asUser(ctx.services, user.id, (server) => beginApp(server, user.email))
}

/** Returns the recovery codes of a first factor. Throws 400 `invalid_code`, 409 `totp_not_begun`, 429. */
export async function confirmTotp(ctx: Ctx, code: string, device: Device): Promise<string[]> {
  const user = await me(ctx)
  let codes: string[] = []
  await requireCode(ctx, user.id, async (server) => {
    if (!(await confirmApp(server, code))) return false
    codes = await settleAdded(server, user, 'two_factor.totp_added', currentSession(ctx), device)
    return true
  })
  return codes
}

/** Throws 400, 404, 429. */
export async function disableTotp(ctx: Ctx, proof: Proof, device: Device): Promise<void> {
  const user = await me(ctx)
  await requireProof(ctx, user, proof, device)
  await asUser(ctx.services, user.id, async (server) => {
    if (!(await removeApp(server))) missing('authenticator app')
    await settleRemoved(server, user, 'two_factor.totp_removed', currentSession(ctx), device.address)
  })
}

/** A challenge is bound to the session that requested it. */
function boundToSession(ctx: Ctx): string {
  const session = currentSession(ctx)
  if (session === null) throw forbidden('Sign in with your account to do this.')
  return `session:${session}`
}

/** Throws 400, 409, 429. */
export async function beginPasskey(ctx: Ctx, proof: Proof, device: Device) {
  const user = await me(ctx)
  const boundTo = boundToSession(ctx)
  await requireProof(ctx, user, proof, device)
  return registrationOptions(serverContext(ctx.services, { workspaceId: null }), user, boundTo)
}

/** Returns the passkey, and the recovery codes of a first factor. Throws 400, 409. */
export async function finishPasskey(
  ctx: Ctx,
  { name, response }: { name: string; response: Parameters<typeof verifyRegistration>[1] },
  device: Device,
) {
  const user = await me(ctx)
  const boundTo = boundToSession(ctx)
  const server = serverContext(ctx.services, { workspaceId: null })
  const credential = await verifyRegistration(server, response, boundTo)
  return asUser(ctx.services, user.id, async (server) => {
    const passkey = await addPasskey(server, credential, name)
    const keep = currentSession(ctx)
    const recovery_codes = await settleAdded(server, user, 'two_factor.passkey_added', keep, device)
    return { passkey, recovery_codes }
  })
}

/** Throws 404. */
export async function namePasskey(ctx: Ctx, id: string, name: string) {
  const user = await me(ctx)
  return asUser(ctx.services, user.id, async (server) => (await renamePasskey(server, id, name)) ?? missing('passkey'))
}

/** Throws 400, 404, 429. */
export async function deletePasskey(ctx: Ctx, id: string, proof: Proof, device: Device): Promise<void> {
  const user = await me(ctx)
  await requireProof(ctx, user, proof, device)
  await asUser(ctx.services, user.id, async (server) => {
    if (!(await removePasskey(server, id))) missing('passkey')
    await settleRemoved(server, user, 'two_factor.passkey_removed', currentSession(ctx), device.address)
  })
}

/** Throws 400, 404 without a second factor, 429. */
export async function renewRecoveryCodes(ctx: Ctx, proof: Proof, device: Device): Promise<string[]> {
  const user = await me(ctx)
  await requireProof(ctx, user, proof, device)
  return asUser(ctx.services, user.id, async (server) => {
    if (!(await twoFactorState(server)).enabled) missing('second factor')
    const { codes, calls } = makeRecoveryCodes()
    await server.db.together(calls)
    await notifyChange(server, user, 'two_factor.recovery_codes_made', device.address)
    return codes
  })
}

/** Removes every second factor. Throws 400, 404 without one, 429. */
export async function disableTwoFactor(ctx: Ctx, proof: Proof, device: Device): Promise<void> {
  const user = await me(ctx)
  await requireProof(ctx, user, proof, device)
  await asUser(ctx.services, user.id, async (server) => {
    if (!(await twoFactorState(server)).enabled) missing('second factor')
    await server.db.together([dropAll.call({})])
    await settleRemoved(server, user, 'two_factor.disabled', currentSession(ctx), device.address)
  })
}

/** For the operator: removes every second factor of a user and ends their sessions. Throws 404. */
export async function resetTwoFactor(services: Services, email: string): Promise<void> {
  const { db } = serverContext(services, { workspaceId: null })
  const user = (await db.maybe(findForSignIn, { email })) ?? missing('user')
  await asUser(services, user.id, async (server) => {
    await server.db.together([dropAll.call({})])
    await settleRemoved(server, user, 'two_factor.reset', null)
  })
}
