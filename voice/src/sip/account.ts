import type { Hop } from './transport/transport.ts'
import type { SipAccount } from './types.ts'
import { sipUri } from './message/uri.ts'

export function domainOf(account: SipAccount): string {
  return account.domain ?? account.host
}

/** `sip:user@domain`, with the port when the domain is the server's own address. */
export function accountUri(account: SipAccount, user: string): string {
  return account.domain === undefined ? sipUri(user, account.host, account.port) : sipUri(user, account.domain)
}

/** The destination of the account's requests. Over TLS the certificate may be for the domain (RFC 5922) or for the server's name. */
export function accountHop(account: SipAccount): Hop {
  const { host, port, transport = 'udp' } = account
  if (transport !== 'tls') return { protocol: transport, host, port }
  return { protocol: transport, host, port, names: [...new Set([domainOf(account), host])] }
}
