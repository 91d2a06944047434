import { invalidField } from './errors.ts'

// ISO 4217 list one; every other currency has two decimals.
const decimals: Record<string, number> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
}

/** Returns the decimals of this currency's amounts (ISO 4217 minor unit). */
export const decimalsOf = (currency: string): number => decimals[currency] ?? 2

/** 1999 USD is 19.99. */
export const toMajor = (amountMinor: number, currency: string): number => amountMinor / 10 ** decimalsOf(currency)

/** 19.99 USD is 1999. Throws 400 for more decimals than the currency has; `path` is the field it came in. */
export function toMinor(amount: number, currency: string, path: string): number {
  const minor = nearestMinor(amount, currency)
  if (toMajor(minor, currency) !== amount) {
    throw invalidField(path, `${decimalsIn(currency)} Round the amount to ${rounded(minor, currency)}.`)
  }
  return minor
}

const nearestMinor = (amount: number, currency: string) => Math.round(amount * 10 ** decimalsOf(currency))
const rounded = (amountMinor: number, currency: string) => toMajor(amountMinor, currency).toFixed(decimalsOf(currency))

function decimalsIn(currency: string): string {
  const digits = decimalsOf(currency)
  return digits === 0 ? `${currency} has no decimals.` : `${currency} has ${digits} decimals at most.`
}

/** For a sentence: `34.00 EUR`, `1200 JPY`. */
export const formatMoney = (amountMinor: number, currency: string): string =>
  `${rounded(amountMinor, currency)} ${currency}`

/** Exact, for a sentence: 10,500,000 micros (millionths) of EUR are `10.50 EUR`, 20,000 are `0.02 EUR`. */
export function formatMicros(micros: number, currency: string): string {
  const digits = String(micros).padStart(7, '0')
  const fraction = digits.slice(-6).replace(/0+$/, '').padEnd(decimalsOf(currency), '0')
  return `${digits.slice(0, -6)}${fraction && `.${fraction}`} ${currency}`
}
