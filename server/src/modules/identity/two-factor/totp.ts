import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

// Codes of an authenticator app: RFC 6238 with the parameters that all apps support: SHA-1, six digits, 30-second steps.

const stepSeconds = 30
/** Allows for clock skew: the step before and the step after are accepted too. */
const tolerance = 1
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** 160 random bits, as RFC 4226 recommends, in base32 without padding (RFC 4648). */
export const newSecret = (): string => toBase32(randomBytes(20))

/** The length of `bytes` must be a multiple of 5 bits. */
export function toBase32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join('')
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)))
}

/** The URI for the QR code that an app scans (Google's "Key Uri Format"). */
export function otpauthUri(secret: string, email: string): string {
  const query = new URLSearchParams({ secret, issuer: 'Switchboard', algorithm: 'SHA1', digits: '6', period: '30' })
  return `otpauth://totp/Switchboard:${encodeURIComponent(email)}?${query.toString()}`
}

export const stepAt = (moment: Date): number => Math.floor(moment.getTime() / 1000 / stepSeconds)

/** The code of one step (RFC 4226, section 5.3). */
export function codeOf(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = mac.at(-1)! & 0xf
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0')
}

/** Returns the steps around `moment` that have this code, rarely more than one. Compares all steps in constant time. */
export function matchingSteps(secret: string, code: string, moment: Date): number[] {
  const given = Buffer.from(code.padEnd(6).slice(0, 6))
  const now = stepAt(moment)
  const steps = Array.from({ length: 2 * tolerance + 1 }, (_, i) => now - tolerance + i)
  return steps.filter((step) => timingSafeEqual(Buffer.from(codeOf(secret, step)), given))
}
