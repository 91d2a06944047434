import { readFileSync } from 'node:fs'
import path from 'node:path'

// The 10,000 most used passwords of six or more characters, in lower case: passwords.json of @zxcvbn-ts/language-common
// 4.1.3, which counts them in leaks. Its licence is in this folder.
const file = path.join(import.meta.dirname, 'common-passwords.txt')

let common: Set<string> | undefined

/** Returns true for a commonly used password, in any case. */
export function isCommonPassword(password: string): boolean {
  common ??= new Set(readFileSync(file, 'utf8').trimEnd().split('\n'))
  return common.has(password.toLowerCase())
}
