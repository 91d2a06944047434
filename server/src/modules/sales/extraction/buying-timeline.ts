const days: Record<string, number> = { day: 1, week: 7, month: 30, quarter: 90, year: 365 }

const numbers: Record<string, number> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  couple: 2,
  few: 3,
  half: 0.5,
}

const span = new RegExp(
  `(\\d{1,3}(?:[.,]\\d)?|\\b(?:${Object.keys(numbers).join('|')})\\b)\\s*(?:of\\s+|an?\\s+)?(day|week|month|quarter|year)s?\\b`,
  'gi',
)

/** 50 years. A longer timeline is not plausible. */
const furthest = 18_250

/**
 * Returns the latest number of days until the prospect wants to buy: `within 3 months` is 90, `3-6 months` 180, `ASAP` 0.
 * Returns null when the text contains no timeline.
 */
export function parseTimeline(text: string): number | null {
  const said = text.slice(0, 300)
  const spans = [...said.matchAll(span)].map(
    ([, count, unit]) => countOf(count ?? '') * (days[(unit ?? '').toLowerCase()] ?? 0),
  )
  if (spans.length > 0) {
    const latest = Math.round(Math.max(...spans))
    return latest <= furthest ? latest : null
  }
  const [, which, unit] = /\b(this|next)\s+(week|month|quarter|year)\b/i.exec(said) ?? []
  if (which && unit) return (days[unit.toLowerCase()] ?? 0) * (which.toLowerCase() === 'next' ? 2 : 1)
  return /\b(asap|immediate(ly)?|now|today|urgent(ly)?|right away|at once|ready)\b/i.test(said) ? 0 : null
}

const countOf = (written: string) => numbers[written.toLowerCase()] ?? Number(written.replace(',', '.'))
