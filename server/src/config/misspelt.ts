import type { Environment } from './values.ts'

const mostTypos = 2
/** Shorter names are close to too many others. */
const shortestName = 6

/** Sentences about variables of `env` that nothing reads, but whose names are almost those of `settings`. */
export function misspeltSettings(env: Environment, settings: ReadonlySet<string>): string[] {
  const names = [...settings].filter((name) => name.length >= shortestName)
  return Object.keys(env).flatMap((given) => {
    if (settings.has(given) || given.length < shortestName) return []
    const meant = names.find((name) => distance(given.toUpperCase(), name) <= mostTypos)
    return meant === undefined ? [] : [`${given} is not a setting. Did you mean ${meant}?`]
  })
}

/** Returns the Levenshtein distance; a value above `mostTypos` means that much or more. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > mostTypos) return mostTypos + 1
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
