import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict } from '../../../platform/errors.ts'
import { newId } from '../../../platform/id.ts'
import { invalidPasskey, storeChallenge, relyingPartyId, requireOwnOrigin, takeChallenge } from './relying-party.ts'

const maxPasskeys = 20

interface Passkey {
  id: string
  user_id: string
  credential_id: string
  public_key: Buffer
  counter: number
  transports: string[]
}

const list = statement(
  'identity.passkeys.list',
  (_, p: { user_id: string }) => sql<Passkey>`
    select id, user_id, credential_id, public_key, counter, transports
      from identity.passkeys where user_id = ${p.user_id} order by id`,
)

const find = statement(
  'identity.passkeys.find',
  (_, p: { credential_id: string; user_id: string | null }) => sql<Passkey>`
    select id, user_id, credential_id, public_key, counter, transports from identity.passkeys
     where credential_id = ${p.credential_id} and user_id = coalesce(${p.user_id}::uuid, user_id)`,
)

const insert = statement(
  'identity.passkeys.insert',
  (
    _,
    p: { id: string; name: string; credential_id: string; public_key: Buffer; counter: number; transports: string[] },
  ) => sql<{ id: string; name: string; created_at: string; last_used_at: string | null }>`
    insert into identity.passkeys (id, user_id, name, credential_id, public_key, counter, transports)
    values (${p.id}, app.user_id(), ${p.name}, ${p.credential_id}, ${p.public_key}, ${p.counter}, ${p.transports})
    returning id, name, created_at, last_used_at`,
)

// A counter that does not increase indicates a cloned key. Authenticators without a counter always send 0.
const recordUse = statement(
  'identity.passkeys.note_use',
  (_, p: { id: string; counter: number }) => sql<{ id: string }>`
    update identity.passkeys set counter = ${p.counter}, last_used_at = now()
     where id = ${p.id} and (counter < ${p.counter} or (counter = 0 and ${p.counter}::bigint = 0)) returning id`,
)

const rename = statement(
  'identity.passkeys.rename',
  (_, p: { id: string; name: string }) => sql<{
    id: string
    name: string
    created_at: string
    last_used_at: string | null
  }>`
    update identity.passkeys set name = ${p.name} where id = ${p.id} and user_id = app.user_id()
    returning id, name, created_at, last_used_at`,
)

const remove = statement(
  'identity.passkeys.remove',
  (_, p: { id: string }) => sql<{ id: string; name: string }>`
    delete from identity.passkeys where id = ${p.id} and user_id = app.user_id() returning id, name`,
)

/** Returns the options for `navigator.credentials.create`. Throws 409 at twenty passkeys, or when PUBLIC_URL is an IP address. */
export async function registrationOptions(
  ctx: Ctx,
  user: { id: string; email: string; name: string | null },
  boundTo: string,
) {
  const passkeys = await ctx.db.all(list, { user_id: user.id })
  if (passkeys.length >= maxPasskeys) {
    throw conflict('too_many_passkeys', `An account has at most ${maxPasskeys} passkeys. Remove one first.`)
  }
  const options = await generateRegistrationOptions({
    rpName: 'Switchboard',
    rpID: relyingPartyId(ctx.services.config),
    userID: new TextEncoder().encode(user.id),
    userName: user.email,
    userDisplayName: user.name ?? user.email,
    attestationType: 'none',
    excludeCredentials: passkeys.map(({ credential_id, transports }) => ({ id: credential_id, transports })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
  })
  await storeChallenge(ctx, boundTo, options.challenge)
  return options
}

/** Returns the new passkey after verifying that it signed our challenge. Throws 400. */
export async function verifyRegistration(ctx: Ctx, response: RegistrationResponseJSON, boundTo: string) {
  const { config } = ctx.services
  const expectedRPID = relyingPartyId(config)
  const expectedChallenge = await takeChallenge(ctx, boundTo)
  const expectedOrigin = requireOwnOrigin(config, response)
  const expected = { expectedChallenge, expectedOrigin, expectedRPID, requireUserVerification: true }
  const result = await verifyRegistrationResponse({ response, ...expected }).catch((error: unknown) => {
    throw invalidPasskey(error)
  })
  if (!result.verified) throw invalidPasskey()
  return result.registrationInfo.credential
}

/** Stores a verified passkey. For the server, acting for the user. Throws 409 when it is already registered. */
export async function addPasskey(
  ctx: Ctx,
  { id, publicKey, counter, transports = [] }: Awaited<ReturnType<typeof verifyRegistration>>,
  name: string,
) {
  try {
    return await ctx.db.one(insert, {
      id: newId(),
      name,
      credential_id: id,
      public_key: Buffer.from(publicKey),
      counter,
      transports,
    })
  } catch (error) {
    if (violates(error, 'passkeys_credential_key'))
      throw conflict('passkey_taken', 'This passkey is already registered.')
    throw error
  }
}

/** Returns the options for `navigator.credentials.get`. `userId` null: any passkey that the browser offers for this site. */
export async function authenticationOptions(ctx: Ctx, userId: string | null, boundTo: string) {
  const passkeys = userId === null ? [] : await ctx.db.all(list, { user_id: userId })
  const options = await generateAuthenticationOptions({
    rpID: relyingPartyId(ctx.services.config),
    userVerification: 'required',
    allowCredentials: passkeys.map(({ credential_id, transports }) => ({ id: credential_id, transports })),
  })
  await storeChallenge(ctx, boundTo, options.challenge)
  return options
}

/** Returns the passkey that signed our challenge, and its user. `userId`: accepts only this user's. Throws 400. */
export async function verifyAuthentication(
  ctx: Ctx,
  response: AuthenticationResponseJSON,
  userId: string | null,
  boundTo: string,
): Promise<{ userId: string; id: string; counter: number }> {
  const { config } = ctx.services
  const expectedRPID = relyingPartyId(config)
  const expectedChallenge = await takeChallenge(ctx, boundTo)
  const expectedOrigin = requireOwnOrigin(config, response)
  const passkey = await ctx.db.maybe(find, { credential_id: response.id, user_id: userId })
  if (!passkey) throw invalidPasskey()
  const credential = {
    id: passkey.credential_id,
    publicKey: new Uint8Array(passkey.public_key),
    counter: Number(passkey.counter),
  }
  const expected = { expectedChallenge, expectedOrigin, expectedRPID, requireUserVerification: true }
  const result = await verifyAuthenticationResponse({ response, credential, ...expected }).catch((error: unknown) => {
    throw invalidPasskey(error)
  })
  if (!result.verified) throw invalidPasskey()
  return { userId: passkey.user_id, id: passkey.id, counter: result.authenticationInfo.newCounter }
}

/** Throws 400 when the counter did not increase: a cloned key, or a repeated response. */
export async function recordPasskeyUse(ctx: Ctx, { id, counter }: { id: string; counter: number }): Promise<void> {
  if (!(await ctx.db.maybe(recordUse, { id, counter }))) throw invalidPasskey()
}

export const renamePasskey = (ctx: Ctx, id: string, name: string) => ctx.db.maybe(rename, { id, name })

export const removePasskey = (ctx: Ctx, id: string) => ctx.db.maybe(remove, { id })
