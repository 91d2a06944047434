import { type CountryCode, isSupportedCountry, parsePhoneNumberWithError } from 'libphonenumber-js/max'
import type { Ctx } from '../../platform/context.ts'
import { invalidField } from '../../platform/errors.ts'
import { beginning } from '../../platform/text.ts'
import { workspaceDefaults } from '../identity/index.ts'

/**
 * E.164 of what a person typed. A number without `+` is read as one of the workspace's default country.
 * Throws 400 naming the field.
 */
export async function toE164(ctx: Ctx, typed: string, path = 'body.phone_number'): Promise<string> {
  const country = isInternational(typed) ? 'US' : (await workspaceDefaults(ctx)).default_country
  const number = parsePhoneNumber(typed, country)
  if (!number.ok) throw invalidField(path, number.reason)
  return number.e164
}

// In international form the country does not matter.
const isInternational = (typed: string) => /^\s*(\+|00)/.test(typed)

export type ParsedPhoneNumber = { ok: true; e164: string } | { ok: false; reason: string }

// To find out which of the 25 countries behind +1 a number belongs to is most of the work of reading it, and nobody asks.
const northAmerican = /^\+1[2-9]\d{9}$/

/** The same without a context, for many at a time. `country` is ISO 3166-1 alpha-2. */
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
