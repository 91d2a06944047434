import { sql } from 'kysely'
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { statement } from '../../../platform/database/statement.ts'
import { badRequest, conflict, invalidField } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { sendMessage } from '../../../platform/mail/messages.ts'
import { serverContext } from '../../../platform/services.ts'
import { codeLimits, requireAdmitted, sendingLimit } from '../throttle.ts'
import { audited } from '../audit.ts'
import { codeLifeSeconds, storeCode, newCode, redeemCode } from './codes.ts'
import { UserVerified } from '../events.ts'
import type { Me } from '../people/schema.ts'
import type { Device } from '../sessions/device.ts'
import { actAs, findMe } from '../people/users.ts'

export type Verifiable = 'email' | 'phone'

const purposeOf = (type: Verifiable) => `verify_${type}`

const markEmail = statement(
  'identity.users.mark_email_verified',
  (_, p: { address: string }) => sql<{ id: string }>`
    update identity.users set email_verified = true where id = app.user_id() and email = ${p.address} returning id`,
)
const markPhone = statement(
  'identity.users.mark_phone_verified',
  (_, p: { address: string }) => sql<{ id: string }>`
    update identity.users set phone_verified = true where id = app.user_id() and phone = ${p.address} returning id`,
)

/**
 * Sends a new six-digit code to the user's e-mail address or telephone and invalidates the previous one. Returns when
 * the code expires. Throws 409 when there is nothing to verify, 400 for a number that cannot be called, 429 within a
 * minute of the last one or after five in an hour.
 */
export async function sendCode(ctx: Ctx, type: Verifiable, device: Device): Promise<string> {
  const { services } = ctx
  const user = await ctx.db.one(findMe, {})
  const address = addressOf(user, type)
  if (type === 'email' ? user.email_verified : user.phone_verified) {
    throw conflict('already_verified', `Your ${type === 'email' ? 'e-mail address' : 'telephone number'} is verified.`)
  }
  const to = type === 'email' ? address : toE164(address, user)
  const code = newCode()
  const server = serverContext(services, { workspaceId: null })
  const [admitted] = await server.db.together([sendingLimit(purposeOf(type), to, device.address)])
  requireAdmitted(admitted, 'get a code')
  return transaction(server, async (server) => {
    const [, stored] = await server.db.together([
      actAs.call({ user_id: user.id }),
      storeCode(services, { purpose: purposeOf(type), userId: user.id, address, code }),
    ])
    const text = `${code} is your code. It is valid for ten minutes.`
    const message =
      type === 'email'
        ? {
            channel: 'email' as const,
            // Without the code, because the subject is not encrypted.
            subject: 'Your code',
            text: `${text}\n\nIf you did not request it, another person entered your address, and you can ignore this message.\n`,
          }
        : { channel: 'sms' as const, text }
    await sendMessage(server, { to, ...message, expiresInSeconds: codeLifeSeconds })
    return only(stored).expires_at
  })
}

/** Throws 400 for a code that is wrong, used, expired, or had five wrong attempts, 429 after many wrong codes. */
export async function confirmCode(ctx: Ctx, type: Verifiable, code: string, device: Device): Promise<Me> {
  const { services } = ctx
  const user = await ctx.db.one(findMe, {})
  const address = addressOf(user, type)
  const outside = serverContext(services, { workspaceId: null })
  const guessing = codeLimits(`${purposeOf(type)} ${user.id}`)
  const [admitted] = await outside.db.together([guessing.admit])
  requireAdmitted(admitted, 'confirm a code')
  const confirmed = await transaction(outside, async (server) => {
    const [, redeemed] = await server.db.together([
      actAs.call({ user_id: user.id }),
      redeemCode(services, { purpose: purposeOf(type), userId: user.id, address, code }),
    ])
    // Returns instead of throwing, so that the transaction commits and the attempt is counted.
    if (!only(redeemed).right) return undefined
    const mark = type === 'email' ? markEmail : markPhone
    const line = audited({ action: `user.${type}_verified`, target: `user:${user.id}`, address: device.address })
    const [, , me] = await server.db.together([mark.call({ address }), line, findMe.call({}), guessing.forgive])
    emit(server, UserVerified, { user_id: user.id, type })
    return only(me)
  })
  if (!confirmed) {
    throw badRequest('invalid_code', 'This code is wrong or has expired. Request a new one.', [
      { path: 'body.code', message: 'Wrong or expired.' },
    ])
  }
  return confirmed
}

function addressOf(user: Me, type: Verifiable): string {
  if (type === 'email') return user.email
  return user.phone ?? failWithoutPhone()
}

function failWithoutPhone(): never {
  throw conflict('no_phone', 'There is no telephone number in your profile yet.')
}

function toE164(phone: string, user: Me): string {
  const country = user.workspace?.default_country as CountryCode | undefined
  const parsed = parsePhoneNumberFromString(phone, country)
  if (!parsed?.isValid()) {
    throw invalidField('body.type', 'The telephone number of your profile cannot be called. Write it like +4930123456.')
  }
  return parsed.number
}
