import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { invalidField } from '../../platform/errors.ts'
import { isPrivateAddress } from '../../platform/outbound.ts'

const label = '(?!-)[a-z0-9-]{1,63}(?<!-)'
const hostName = new RegExp(`^${label}(\\.${label})*\\.?$`)

/** Throws 400 unless `host` is a plain host name or address, and a public one where private ones are not allowed. */
export function checkSipHost(host: string, allowPrivate: boolean): void {
  if (isIP(host) === 0 && !hostName.test(host)) {
    throw invalidField(
      'body.host',
      'Write only the host, like sip.example.com: no sip:, no user, no password, no port.',
    )
  }
  if (allowPrivate) return
  const isLocalName = /(^|\.)(localhost|local|internal|lan|home\.arpa)\.?$/.test(host) || !host.includes('.')
  if (isIP(host) === 0 ? isLocalName : isPrivateAddress(host)) throw invalidField('body.host', privateHost(host))
}

/**
 * The same at the moment of use, when the name is resolved: what a name points to may change. Answers what is wrong, or
 * null. One that was found before is not given up because the DNS does not answer: the telephone engine still has its
 * address.
 */
export async function faultOfSipHost(host: string, allowPrivate: boolean, wasFound = false): Promise<string | null> {
  if (allowPrivate) return null
  if (isIP(host) !== 0) return isPrivateAddress(host) ? privateHost(host) : null
  try {
    const addresses = await lookup(host, { all: true })
    return addresses.some(({ address }) => isPrivateAddress(address)) ? privateHost(host) : null
  } catch {
    return wasFound ? null : `${host} has no address in the DNS. Check the host name.`
  }
}

const privateHost = (host: string) =>
  `${host} is a private address. Only an installation with SIP_ALLOW_PRIVATE=on may call through one.`
