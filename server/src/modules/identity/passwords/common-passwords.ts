import { readFileSync } from 'node:fs'
import path from 'node:path'

// The 10,000 that are used most, without those of fewer than six characters: passwords.json of @zxcvbn-ts/language-common
// 4.1.3, which counts them in leaks; its licence lies beside it. All are in lower case.
const file = path.join(import.meta.dirname, 'common-passwords.txt')

let common: Set<string> | undefined

/** Is it, in whatever case, one that is guessed first? */
export function isCommonPassword(password: string): boolean {
  common ??= new Set(readFileSync(file, 'utf8').trimEnd().split('\n'))
  return common.has(password.toLowerCase())
}
