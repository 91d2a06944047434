import { isIP } from 'node:net'
import { ConfigError, type Environment, list } from './values.ts'

/**
 * The proxies whose `X-Forwarded-*` headers count. False: none. A number: that many proxies stand in front, so the client is that
 * many entries from the right of `X-Forwarded-For`, and what a client wrote itself, further left, says nothing. A text:
 * the addresses and networks of the proxies, between commas.
 */
export type TrustProxy = false | number | string

const networks = new Set(['loopback', 'linklocal', 'uniquelocal'])
const mostProxies = 10

/** `TRUST_PROXY`: on means one proxy. */
export function trustProxy(env: Environment): TrustProxy {
  const text = env.TRUST_PROXY?.trim() ?? ''
  if (/^(false|off|no|0)?$/i.test(text)) return false
  if (/^(true|on|yes)$/i.test(text)) return 1
  if (/^\d{1,2}$/.test(text) && Number(text) <= mostProxies) return Number(text)
  const proxies = list(text)
  if (proxies.length > 0 && proxies.every(isProxy)) return proxies.join(',')
  throw new ConfigError(
    `TRUST_PROXY must be on, off, the number of proxies in front (at most ${mostProxies}), or their addresses and networks like 127.0.0.1,10.0.0.0/8, not "${text}".`,
  )
}

function isProxy(text: string): boolean {
  if (networks.has(text)) return true
  const [address = '', bits, more] = text.split('/')
  const kind = isIP(address)
  if (kind === 0 || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (kind === 4 ? 32 : 128))
}
