import { X509Certificate, verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { getCACertificates } from 'node:tls'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { AppError, badRequest } from '../../../../platform/errors.ts'
import type { Services } from '../../../../platform/services.ts'
import { granted, type PaypalClient } from './client.ts'

/** What PayPal sends along with a webhook, beside its body. */
export interface PaypalTransmission {
  id: string
  time: string
  signature: string
  certificateUrl: string
  algorithm: string
}

const notSigned = () => badRequest('invalid_signature', 'This was not signed by PayPal for this webhook.')

/** Reads the five headers. Throws 400 when one is missing. */
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
 * Checks who posted: RSA-SHA256 over `<id>|<time>|<webhook id>|<CRC32 of the body>` by the certificate that PayPal
 * publishes; when that cannot be had, or leads to no root that this machine trusts, PayPal itself is asked
 * (developer.paypal.com/api/rest/webhooks/rest). Throws 400, and 502 when PayPal does not answer. `body` is JSON.
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
  // The event goes back as it came: written anew it would have another checksum.
  const question = `${about.slice(0, -1)},"webhook_event":${body.toString('utf8')}}`
  const path = '/v1/notifications/verify-webhook-signature'
  return granted(await client.post(path, Verification, question)).verification_status === 'SUCCESS'
}

interface Kept {
  /** Null: not to be trusted. */
  certificate: X509Certificate | null
  until: number
}
const kept = new WeakMap<Services, Map<string, Kept>>()
const maxKept = 20
const keptForMs = 3_600_000

/** PayPal's certificate, null when it is not to be had or not to be trusted. Throws 400 for anybody else's address. */
async function certificateAt(services: Services, url: string): Promise<X509Certificate | null> {
  if (!isPaypalsAddress(url, services.config.paypal.apiUrl)) throw notSigned()
  const known = kept.get(services) ?? new Map<string, Kept>()
  kept.set(services, known)
  const now = services.now()
  const found = known.get(url)
  if (found && now.getTime() < found.until) return found.certificate
  const pem = await services.outbound.fetch(url, { maxBytes: 100_000 }).catch((error: unknown) => {
    if (error instanceof AppError) return null
    throw error
  })
  if (pem?.status !== 200) return null
  const certificate = trustedCertificate(pem.body.toString('latin1'), getCACertificates('default'), now)
  if (known.size >= maxKept) known.clear()
  known.set(url, { certificate, until: now.getTime() + keptForMs })
  return certificate
}

/** `https://….paypal.com`, or where the operator says that PayPal's API is. */
export function isPaypalsAddress(url: string, apiUrl: string | null): boolean {
  const { protocol, hostname, origin, username, password, port } = URL.parse(url) ?? new URL('about:blank')
  if (apiUrl !== null && origin === new URL(apiUrl).origin) return true
  const isPlain = username === '' && password === '' && port === ''
  return protocol === 'https:' && isPlain && hostname.endsWith('.paypal.com')
}

const isValidAt = ({ validFromDate, validToDate }: X509Certificate, now: Date) =>
  validFromDate <= now && now <= validToDate

/** The first certificate of `pem` when it is PayPal's and the others lead from it to one of `roots`; else null. */
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
    // Not a certificate, so it certifies nothing.
    return []
  }
}
