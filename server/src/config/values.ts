import { isIP } from 'node:net'

/** The environment's variables, before anything is known of them. */
export type Environment = Record<string, string | undefined>

/** Its message is a sentence that names the variable. */
export class ConfigError extends Error {}

/** `min` and `max` are included. Not set or empty: `fallback`, here and below. */
export function wholeNumber(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}, not "${text}".`)
  }
  return value
}

/** The same; not set or empty: null. */
export const wholeNumberOrNull = (env: Environment, name: string, min: number, max: number): number | null =>
  env[name] ? wholeNumber(env, name, min, min, max) : null

/** on, off, true, false, yes, no, 1 or 0. */
export function flag(env: Environment, name: string, fallback: boolean): boolean {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  if (/^(1|true|on|yes)$/i.test(text)) return true
  if (/^(0|false|off|no)$/i.test(text)) return false
  throw new ConfigError(`${name} must be on or off, not "${text}".`)
}

/** `because` ends the sentence that says why it is needed. */
export function required(env: Environment, name: string, because: string): string {
  const text = env[name]
  if (!text) throw new ConfigError(`${name} is needed, because ${because}.`)
  return text
}

/** Items between commas, trimmed, without empty ones. */
export const list = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)

/** An IP address, or null when not set. */
export function address(env: Environment, name: string): string | null {
  const text = env[name]
  if (!text) return null
  if (isIP(text) === 0) throw new ConfigError(`${name} must be an IP address, not "${text}".`)
  return text
}

/** Inclusive, `from` made even: RTP takes even ports. At least four ports from 1024 on. */
export function portRange(env: Environment, name: string, fallback: string): { from: number; to: number } {
  const text = env[name] || fallback
  const [, from, to] = /^(\d{2,5})-(\d{2,5})$/.exec(text) ?? []
  if (!from || !to || +from < 1024 || +to > 65_535 || +to - +from < 3) {
    throw new ConfigError(`${name} must be a range of ports like 16384-18383, not "${text}".`)
  }
  return { from: +from + (+from % 2), to: +to }
}

/** Without slashes at its end. */
export function webAddress(env: Environment, name: string): string {
  const text = env[name] ?? ''
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ConfigError(`${name} must be an http or https address, not "${text}".`)
  }
  return text.replace(/\/+$/, '')
}

export const addressOrNull = (env: Environment, name: string) => (env[name] ? webAddress(env, name) : null)

/** Secrets and tokens go there: in the clear they may travel only within this machine. */
export function safeAddress(env: Environment, name: string): string {
  const text = webAddress(env, name)
  const { protocol, hostname } = new URL(text)
  if (protocol === 'http:' && !/^(localhost|127\..*|\[::1\])$/.test(hostname)) {
    throw new ConfigError(`${name} must be an https address, not "${text}".`)
  }
  // An issuer is compared character by character, so a slash at its end stays.
  return env[name] as string
}

/** `host:port` as the guarded fetch names its targets. */
export function hostOf(address: string): string {
  const { hostname, port, protocol } = new URL(address)
  return `${hostname.replace(/^\[|\]$/g, '')}:${port || (protocol === 'https:' ? 443 : 80)}`
}
