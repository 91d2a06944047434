import type { IncomingHttpHeaders } from 'node:http'
import type { Config } from '../../config.ts'

type Reached = Pick<Config, 'publicUrl'>

/** Over https only: then cookies are Secure, and their names may carry the prefixes that browsers enforce. */
export const isSecure = ({ publicUrl }: Reached) => publicUrl.startsWith('https:')

/** A Set-Cookie value that no script can read. `attributes`: `Path=/; Max-Age=600; SameSite=Lax`. */
export const cookie = (config: Reached, name: string, value: string, attributes: string) =>
  `${name}=${value}; ${attributes}; HttpOnly${isSecure(config) ? '; Secure' : ''}`

/** Returns undefined for a missing or an empty cookie. */
export function readCookie({ cookie }: IncomingHttpHeaders, name: string): string | undefined {
  for (const pair of cookie?.split(';') ?? []) {
    const [key, value] = pair.split('=', 2)
    if (key?.trim() === name) return value?.trim() || undefined
  }
  return undefined
}
