import { isIP } from 'node:net'
import { invalidField } from '../../platform/errors.ts'
import { isPrivateAddress } from '@switchboard/voice/addresses'

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

const privateHost = (host: string) =>
  `${host} is a private address. Only an installation with SIP_ALLOW_PRIVATE=on may call through one.`
