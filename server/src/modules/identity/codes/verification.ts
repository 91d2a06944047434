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
import { codeLifeSeconds, findNewAddress, storeCode, newCode, redeemCode } from './codes.ts'
import { UserVerified } from '../events.ts'
import type { Me } from '../people/schema.ts'
import type { Device } from '../sessions/device.ts'
import { actAs, findMe } from '../people/users.ts'

export type Verifiable = 'email' | 'phone'

/** The `contact` of a request, when it names one. */
interface Asked {
  type: Verifiable
  contact?: string | undefined
}
interface Confirmed extends Asked {
  code: string
}

const purposeOf = (type: Verifiable) => `verify_${type}`

const markEmail = statement(
  'identity.users.mark_email_verified',
  (_, p: { address: string }) => sql<{ id: string }>`
    update identity.users set email_verified = true where id = app.user_id() and email = ${p.address} returning id`,
)
const setPhone = statement(
  'identity.users.set_verified_phone',
  (_, p: { address: string }) => sql<{ id: string }>`
    update identity.users set phone = ${p.address}, phone_verified = true where id = app.user_id() returning id`,
)
const markPhone = statement(
  'identity.users.mark_phone_verified',
  (_, p: { address: string }) => sql<{ id: string }>`
    update identity.users set phone_verified = true where id = app.user_id() and phone = ${p.address} returning id`,
)

/**
 * Sends a new six-digit code to the user's e-mail address or telephone and invalidates the previous one. Returns when
 * the code expires. With a `contact` that is another telephone number, it is sent there, and the number becomes the user's
 * with the confirmation. Throws 409 when there is nothing to verify, 400 for a number that cannot be called and for a foreign
 * e-mail address, 429 within a minute of the last one or after five in an hour.
 */
export async function sendCode(ctx: Ctx, { type, contact }: Asked, device: Device): Promise<string> {
  const { services } = ctx
  const user = await ctx.db.one(findMe, {})
  const newAddress = contact === undefined ? undefined : newAddressIn(user, type, contact)
  const address = newAddress ?? addressOf(user, type)
  if (newAddress === undefined && (type === 'email' ? user.email_verified : user.phone_verified)) {
    throw conflict('already_verified', `Your ${type === 'email' ? 'e-mail address' : 'telephone number'} is verified.`)
  }
  const to = type === 'email' || newAddress !== undefined ? address : toE164(address, user)
  const code = newCode()
  const server = serverContext(services, { workspaceId: null })
  const [admitted] = await server.db.together([sendingLimit(purposeOf(type), to, device.address)])
  requireAdmitted(admitted, 'get a code')
  return transaction(server, async (server) => {
    const [, stored] = await server.db.together([
      actAs.call({ user_id: user.id }),
      storeCode(services, { purpose: purposeOf(type), userId: user.id, address, code, newAddress }),
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
export async function confirmCode(ctx: Ctx, { type, contact, code }: Confirmed, device: Device): Promise<Me> {
  const { services } = ctx
  const user = await ctx.db.one(findMe, {})
  const outside = serverContext(services, { workspaceId: null })
  const guessing = codeLimits(`${purposeOf(type)} ${user.id}`)
  const [admitted] = await outside.db.together([guessing.admit])
  requireAdmitted(admitted, 'confirm a code')
  const confirmed = await transaction(outside, async (server) => {
    const [, [pending]] = await server.db.together([
      actAs.call({ user_id: user.id }),
      findNewAddress.call({ purpose: purposeOf(type) }),
    ])
    const newAddress = pending?.new_address ?? undefined
    const address = newAddress ?? addressOf(user, type)
    const [redeemed] = await server.db.together([
      redeemCode(services, { purpose: purposeOf(type), userId: user.id, address, code }),
    ])
    if (contact !== undefined && !isSame(user, type, contact, address)) return undefined
    // Returns instead of throwing, so that the transaction commits and the attempt is counted.
    if (!only(redeemed).right) return undefined
    const mark = type === 'email' ? markEmail : newAddress === undefined ? markPhone : setPhone
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

/** Returns the number in E.164 when it is not the user's own. A code for another e-mail address is not sent. */
function newAddressIn(user: Me, type: Verifiable, contact: string): string | undefined {
  if (type === 'email') {
    if (contact.toLowerCase() === user.email.toLowerCase()) return undefined
    throw invalidField('body.contact', 'A code is sent to your own e-mail address only. Change the address first.')
  }
  const number = toE164(contact, user, 'body.contact')
  return user.phone !== null && isSame(user, type, contact, user.phone) ? undefined : number
}

function isSame(user: Me, type: Verifiable, contact: string, address: string): boolean {
  if (type === 'email') return contact.toLowerCase() === address.toLowerCase()
  const country = user.workspace?.default_country as CountryCode | undefined
  const [one, other] = [contact, address].map((phone) => parsePhoneNumberFromString(phone, country)?.number)
  return one !== undefined && one === other
}

function addressOf(user: Me, type: Verifiable): string {
  if (type === 'email') return user.email
  return user.phone ?? failWithoutPhone()
}

function failWithoutPhone(): never {
  throw conflict('no_phone', 'There is no telephone number in your profile yet.')
}

function toE164(phone: string, user: Me, path = 'body.type'): string {
  const country = user.workspace?.default_country as CountryCode | undefined
  const parsed = parsePhoneNumberFromString(phone, country)
  if (!parsed?.isValid()) {
    throw invalidField(path, 'This telephone number cannot be called. Write it like +4930123456.')
  }
  return parsed.number
}
