import { createHmac, timingSafeEqual } from 'node:crypto'
import { badRequest } from '../../../../platform/errors.ts'

const toleranceSeconds = 300

/**
 * Verifies `Stripe-Signature: t=<unix>,v1=<hex>[,v1=…]` over the raw body: HMAC-SHA256 of `<t>.<body>`. There are several
 * signatures while a secret is being replaced (docs.stripe.com/webhooks#verify-manually). Throws 400, also when the
 * timestamp is more than five minutes in the past or future.
 */
export function verifyStripeSignature(body: Buffer, header: string | undefined, secret: string, nowMs: number): void {
  const parts = (header ?? '').split(',').map((part) => part.trim().split('=', 2) as [string, string | undefined])
  const time = parts.find(([name]) => name === 't')?.[1] ?? ''
  const given = parts.flatMap(([name, value]) => (name === 'v1' && value ? [value] : []))
  const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest()
  // Compares all signatures instead of stopping at the first match, so that the duration does not depend on the result.
  const matches = given.filter((hex) => {
    const signature = Buffer.from(hex, 'hex')
    return signature.length === expected.length && timingSafeEqual(signature, expected)
  })
  if (!/^\d{1,12}$/.test(time) || matches.length === 0) {
    throw badRequest('invalid_signature', 'The request has no valid signature of this webhook.')
  }
  if (Math.abs(nowMs / 1000 - Number(time)) > toleranceSeconds) {
    throw badRequest('signature_expired', 'The signature is more than five minutes old, or its time is in the future.')
  }
}
