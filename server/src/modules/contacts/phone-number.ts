import { type CountryCode, isSupportedCountry, parsePhoneNumberWithError } from 'libphonenumber-js/max'
import type { Ctx } from '../../platform/context.ts'
import { invalidField } from '../../platform/errors.ts'
import { beginning } from '../../platform/text.ts'
import { workspaceDefaults } from '../identity/index.ts'

/**
 * Returns a typed number in E.164. A number without `+` is read as one of the workspace's default country. Throws 400 with
 * the field.
 */
export async function toE164(ctx: Ctx, typed: string, path = 'body.phone_number'): Promise<string> {
  const country = isInternational(typed) ? 'US' : (await workspaceDefaults(ctx)).default_country
  const number = parsePhoneNumber(typed, country)
  if (!number.ok) throw invalidField(path, number.reason)
  return number.e164
}

// A number in international form does not need the default country.
const isInternational = (typed: string) => /^\s*(\+|00)/.test(typed)

export type ParsedPhoneNumber = { ok: true; e164: string } | { ok: false; reason: string }

// Most of the time goes into finding which of the 25 countries behind +1 a number belongs to, which is not needed here.
const northAmerican = /^\+1[2-9]\d{9}$/

/** Like `parsePhoneNumber` without a context, for many numbers. `country` is ISO 3166-1 alpha-2. */
export function parsePhoneNumber(typed: string, country: string): ParsedPhoneNumber {
  const text = typed.trim().replace(/^00(?=[1-9])/, '+')
  if (northAmerican.test(text)) return { ok: true, e164: text }
  try {
    const number = parsePhoneNumberWithError(text, {
      ...(isSupportedCountry(country) && { defaultCountry: country as CountryCode }),
      extract: false,
    })
    if (!number.isPossible()) return { ok: false, reason: `${quoted(typed)} is not a possible telephone number.` }
    return { ok: true, e164: number.number }
  } catch {
    return { ok: false, reason: `${quoted(typed)} is not a telephone number. Write it like +15551234567.` }
  }
}

const quoted = (text: string) => `"${beginning(text, 40)}"`
