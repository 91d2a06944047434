import { createHmac, timingSafeEqual } from 'node:crypto'
import { badRequest } from '../../../../platform/errors.ts'

const toleranceSeconds = 300

/**
 * Checks `Stripe-Signature: t=<unix>,v1=<hex>[,v1=…]` over the body as it came: HMAC-SHA256 of `<t>.<body>`, several
 * while a secret is being replaced (docs.stripe.com/webhooks#verify-manually). Throws 400, also when it is older or
 * newer than five minutes.
 */
export function verifyStripeSignature(body: Buffer, header: string | undefined, secret: string, nowMs: number): void {
  const parts = (header ?? '').split(',').map((part) => part.trim().split('=', 2) as [string, string | undefined])
  const time = parts.find(([name]) => name === 't')?.[1] ?? ''
  const given = parts.flatMap(([name, value]) => (name === 'v1' && value ? [value] : []))
  const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest()
  // Not the first that fits but all of them, so that the time it takes says nothing.
  const matches = given.filter((hex) => {
    const signature = Buffer.from(hex, 'hex')
    return signature.length === expected.length && timingSafeEqual(signature, expected)
  })
  if (!/^\d{1,12}$/.test(time) || matches.length === 0) {
    throw badRequest('invalid_signature', 'This was not signed with the secret of this webhook.')
  }
  if (Math.abs(nowMs / 1000 - Number(time)) > toleranceSeconds) {
    throw badRequest('signature_expired', 'This was signed more than five minutes ago, or in the future.')
  }
}
