/** A budget that was read from a text, in major units. A bound that the text does not contain is null. */
export interface Budget {
  min: number | null
  max: number | null
  /** ISO 4217; null when the text does not contain a currency. */
  currency: string | null
}

const units: Record<string, number> = {
  k: 1e3,
  thousand: 1e3,
  tsd: 1e3,
  lakh: 1e5,
  lac: 1e5,
  m: 1e6,
  mn: 1e6,
  mio: 1e6,
  mil: 1e6,
  million: 1e6,
  millions: 1e6,
  cr: 1e7,
  crore: 1e7,
  b: 1e9,
  bn: 1e9,
  billion: 1e9,
}

const symbols: [RegExp, string][] = [
  [/€/, 'EUR'],
  [/£/, 'GBP'],
  [/₹/, 'INR'],
  [/\$/, 'USD'],
  [/\b(dh|dhs|dirhams?)\b/i, 'AED'],
  [/\beuros?\b/i, 'EUR'],
  [/\bdollars?\b/i, 'USD'],
]

const knownCurrencies = new Set(Intl.supportedValuesOf('currency'))

/** A larger amount is not the price of a home. */
const largest = 1e12

interface Amount {
  value: number
  unit: number | null
}

const amount = /(\d[\d.,'’ \u00a0\u202f]*)\s*([a-z]+)?/gi

/**
 * Reads a budget such as `AED 2-3M`, `500k`, `under $1.2 million`, `between 800,000 and 1M EUR` or `1.5m+`. A single amount
 * is the maximum. Returns null when the text contains no amount or more than two.
 */
export function parseBudget(text: string): Budget | null {
  const amounts = [...text.slice(0, 300).matchAll(amount)].flatMap(
    ([, digits, word]) => readAmount(digits ?? '', word) ?? [],
  )
  const [first, second] = amounts
  if (!first || amounts.length > 2) return null
  const bounds = second ? range(first, second) : single(text, worth(first))
  const numbers = [bounds.min, bounds.max].filter((bound) => bound !== null)
  if (numbers.some((bound) => bound <= 0 || bound > largest)) return null
  return { ...bounds, currency: currencyIn(text) }
}

function single(text: string, value: number): { min: number | null; max: number | null } {
  if (/\b(from|over|above|more than|at least|min(imum)?|starting)\b|[>≥]|\d\s*[a-z]*\s*\+/i.test(text))
    return { min: value, max: null }
  if (/\b(around|about|approx(imately)?|circa|ca|roughly)\b|~|≈/i.test(text))
    return { min: value * 0.9, max: value * 1.1 }
  return { min: null, max: value }
}

/** In `2-3M` the unit applies to both numbers. */
function range(first: Amount, second: Amount): { min: number; max: number } {
  const shared = first.unit === null && second.unit !== null && first.value < 1000 ? first.value * second.unit : null
  const [a, b] = [shared !== null && shared <= worth(second) ? shared : worth(first), worth(second)]
  return { min: Math.min(a, b), max: Math.max(a, b) }
}

const worth = ({ value, unit }: Amount) => Math.round(value * (unit ?? 1) * 100) / 100

function readAmount(digits: string, word: string | undefined): Amount | null {
  const value = readNumber(digits)
  return value === null ? null : { value, unit: units[word?.toLowerCase() ?? ''] ?? null }
}

/** Reads `1,500,000`, `1.500.000`, `1 500 000`, `1.5` or `1,5`. A separator before three final digits groups thousands. */
function readNumber(written: string): number | null {
  const digits = written.replace(/['’\s]/g, '').replace(/[.,]+$/, '')
  const separators = digits.replace(/\d/g, '')
  const last = digits.slice(Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(',')) + 1)
  const isGrouped = new Set(separators).size === 1 && last.length === 3 && !/^0[.,]/.test(digits)
  const plain = isGrouped || separators === '' ? digits.replace(/[.,]/g, '') : decimal(digits)
  const value = Number(plain)
  return plain !== '' && Number.isFinite(value) ? value : null
}

/** The last separator is the decimal point, the others group thousands. */
function decimal(digits: string): string {
  const point = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','))
  return `${digits.slice(0, point).replace(/[.,]/g, '')}.${digits.slice(point + 1)}`
}

function currencyIn(text: string): string | null {
  const code = [...text.matchAll(/(?<![a-z])([a-z]{3})(?![a-z])/gi)]
    .map(([, word]) => (word ?? '').toUpperCase())
    .find((word) => knownCurrencies.has(word))
  return code ?? symbols.find(([symbol]) => symbol.test(text))?.[1] ?? null
}
