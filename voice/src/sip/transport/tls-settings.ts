import { isIP } from 'node:net'
import { checkServerIdentity, createSecureContext, getCACertificates } from 'node:tls'
import type { PeerCertificate, SecureContext } from 'node:tls'
import type { Hop } from './transport.ts'
import type { TlsOptions } from '../types.ts'

/** The shared settings of outgoing TLS connections. Throws when a certificate in `ca` cannot be read. */
export function createClientContext({ ca }: TlsOptions): SecureContext {
  const own = ca === undefined ? [] : [ca].flat()
  return createSecureContext({ minVersion: 'TLSv1.2', ca: [...getCACertificates('default'), ...own] })
}

/** Returns the names of which one must be in the peer's certificate. */
export function acceptedNames(hop: Hop): readonly string[] {
  return hop.names ?? [hop.host]
}

/** Returns the server name for the handshake (SNI), which cannot be an address. */
export function serverName(hop: Hop): string {
  return acceptedNames(hop).find((name) => isIP(name) === 0) ?? ''
}

/** Returns undefined when the certificate is for one of these names; else the error. */
export function checkNames(names: readonly string[], certificate: PeerCertificate): Error | undefined {
  let first: Error | undefined
  for (const name of names) {
    const mismatch = checkServerIdentity(name, certificate)
    if (!mismatch) return undefined
    first ??= mismatch
  }
  return first
}

const privateCa =
  'is signed by an authority that this computer does not know. If the provider has its own, start with NODE_EXTRA_CA_CERTS naming a file that holds it'

/** The reasons of failed connections, by error code. */
const explanations: Record<string, string> = {
  CERT_HAS_EXPIRED: 'Its certificate has expired. The provider must renew it',
  CERT_NOT_YET_VALID: 'Its certificate is not valid yet. Check the clock of this computer',
  DEPTH_ZERO_SELF_SIGNED_CERT: `Its certificate ${privateCa}`,
  SELF_SIGNED_CERT_IN_CHAIN: `Its certificate ${privateCa}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `Its certificate ${privateCa}`,
  UNABLE_TO_GET_ISSUER_CERT: `Its certificate ${privateCa}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `Its certificate ${privateCa}`,
  ERR_SSL_WRONG_VERSION_NUMBER: 'It does not speak TLS on this port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'It does not speak TLS on this port',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'It speaks only TLS versions older than 1.2',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'It speaks only TLS versions older than 1.2',
  ECONNREFUSED: 'Nothing listens on this port',
  ECONNRESET: 'It closed the connection',
  EPIPE: 'It closed the connection',
  ETIMEDOUT: 'No answer',
  EHOSTUNREACH: 'There is no way to this address',
  ENETUNREACH: 'There is no way to this address',
}

/** Returns the error as a sentence for the user who configured the provider. */
export function explainFailure(hop: Hop, error: Error): Error {
  const code = 'code' in error ? String(error.code) : ''
  const peer = `${acceptedNames(hop)[0]} (${hop.protocol.toUpperCase()} ${hop.host}:${hop.port})`
  const why =
    code === 'ERR_TLS_CERT_ALTNAME_INVALID'
      ? `Its certificate is not for ${acceptedNames(hop).join(' or ')} but for ${certificateNames(error)}`
      : (explanations[code] ?? error.message)
  return new Error(`No connection to ${peer}: ${why}.`, { cause: error })
}

function certificateNames(error: Error): string {
  const { subjectaltname, subject } = ('cert' in error ? error.cert : {}) as Partial<PeerCertificate>
  return subjectaltname?.replace(/\b(DNS|IP Address|URI):/g, '') ?? [subject?.CN ?? []].flat()[0] ?? 'another name'
}
