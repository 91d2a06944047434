import { X509Certificate, verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { getCACertificates } from 'node:tls'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { AppError, badRequest } from '../../../../platform/errors.ts'
import type { Services } from '../../../../platform/services.ts'
import { bodyOf, type PaypalClient } from './client.ts'

/** The headers of a PayPal webhook that its signature needs. */
export interface PaypalTransmission {
  id: string
  time: string
  signature: string
  certificateUrl: string
  algorithm: string
}

const notSigned = () => badRequest('invalid_signature', 'The request has no valid PayPal signature for this webhook.')

/** Reads the five signature headers. Throws 400 when one is missing. */
export function transmissionOf(headers: IncomingHttpHeaders): PaypalTransmission {
  const header = (name: string) => {
    const value = headers[`paypal-${name}`]
    if (typeof value !== 'string' || value === '' || value.length > 2000) throw notSigned()
    return value
  }
  return {
    id: header('transmission-id'),
    time: header('transmission-time'),
    signature: header('transmission-sig'),
    certificateUrl: header('cert-url'),
    algorithm: header('auth-algo'),
  }
}

/**
 * Verifies the signature: RSA-SHA256 over `<id>|<time>|<webhook id>|<CRC32 of the body>` with PayPal's published
 * certificate. When the certificate is not available or does not lead to a trusted root, PayPal's API verifies the
 * signature instead (developer.paypal.com/api/rest/webhooks/rest). Throws 400, and 502 when PayPal does not respond.
 * `body` is JSON.
 */
export async function verifyPaypalSignature(
  services: Services,
  client: PaypalClient,
  webhookId: string,
  transmission: PaypalTransmission,
  body: Buffer,
): Promise<void> {
  const { id, time, signature, certificateUrl, algorithm } = transmission
  if (algorithm !== 'SHA256withRSA') throw notSigned()
  const certificate = await certificateAt(services, certificateUrl)
  const signed = `${id}|${time}|${webhookId}|${crc32(body)}`
  const isGenuine = certificate
    ? verify('sha256', Buffer.from(signed), certificate.publicKey, Buffer.from(signature, 'base64'))
    : await isGenuineByPaypal(client, webhookId, transmission, body)
  if (!isGenuine) throw notSigned()
}

const Verification = z.object({ verification_status: z.string() })

async function isGenuineByPaypal(
  client: PaypalClient,
  webhookId: string,
  transmission: PaypalTransmission,
  body: Buffer,
): Promise<boolean> {
  const about = JSON.stringify({
    auth_algo: transmission.algorithm,
    cert_url: transmission.certificateUrl,
    transmission_id: transmission.id,
    transmission_sig: transmission.signature,
    transmission_time: transmission.time,
    webhook_id: webhookId,
  })
  // The event is inserted unchanged: serialized again it could have another checksum.
  const request = `${about.slice(0, -1)},"webhook_event":${body.toString('utf8')}}`
  const path = '/v1/notifications/verify-webhook-signature'
  return bodyOf(await client.post(path, Verification, request)).verification_status === 'SUCCESS'
}

interface CachedCertificate {
  /** Null: not trusted. */
  certificate: X509Certificate | null
  until: number
}
const certificates = new WeakMap<Services, Map<string, CachedCertificate>>()
const maxCached = 20
const cacheMs = 3_600_000

/** Returns PayPal's certificate, null when it is not available or not trusted. Throws 400 when `url` is not PayPal's. */
async function certificateAt(services: Services, url: string): Promise<X509Certificate | null> {
  if (!isPaypalUrl(url, services.config.paypal.apiUrl)) throw notSigned()
  const known = certificates.get(services) ?? new Map<string, CachedCertificate>()
  certificates.set(services, known)
  const now = services.now()
  const found = known.get(url)
  if (found && now.getTime() < found.until) return found.certificate
  const pem = await services.outbound.fetch(url, { maxBytes: 100_000 }).catch((error: unknown) => {
    if (error instanceof AppError) return null
    throw error
  })
  if (pem?.status !== 200) return null
  const certificate = trustedCertificate(pem.body.toString('latin1'), getCACertificates('default'), now)
  if (known.size >= maxCached) known.clear()
  known.set(url, { certificate, until: now.getTime() + cacheMs })
  return certificate
}

/** Returns true for `https://….paypal.com` and for the origin of the configured API URL. */
export function isPaypalUrl(url: string, apiUrl: string | null): boolean {
  const { protocol, hostname, origin, username, password, port } = URL.parse(url) ?? new URL('about:blank')
  if (apiUrl !== null && origin === new URL(apiUrl).origin) return true
  const isPlain = username === '' && password === '' && port === ''
  return protocol === 'https:' && isPlain && hostname.endsWith('.paypal.com')
}

const isValidAt = ({ validFromDate, validToDate }: X509Certificate, now: Date) =>
  validFromDate <= now && now <= validToDate

/** Returns the first certificate of `pem` if it is PayPal's and the others form a chain to one of `roots`, otherwise null. */
export function trustedCertificate(pem: string, roots: readonly string[], now: Date): X509Certificate | null {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const [leaf, ...others] = blocks.slice(0, 6).flatMap(certificateOf)
  if (!leaf || !/^CN=([\w-]+\.)+paypal\.com$/m.test(leaf.subject)) return null
  const anchors = roots.flatMap(certificateOf)
  const isIssuedBy = (certificate: X509Certificate) => (issuer: X509Certificate) =>
    issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
  let current: X509Certificate | undefined = leaf
  for (let steps = 0; current && steps <= others.length; steps++) {
    if (!isValidAt(current, now)) return null
    if (anchors.some(isIssuedBy(current))) return leaf
    current = others.find(isIssuedBy(current))
  }
  return null
}

function certificateOf(pem: string): X509Certificate[] {
  try {
    return [new X509Certificate(pem)]
  } catch {
    // An unreadable certificate is ignored.
    return []
  }
}
