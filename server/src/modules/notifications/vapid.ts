import { createECDH, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { Config } from '../../config.ts'
import { loadKeys } from '../../platform/crypto/key-files.ts'

/** Identifies this server to push services (RFC 8292, VAPID). */
export interface Vapid {
  /** P-256 uncompressed, base64url: the browser's `applicationServerKey`. */
  readonly publicKey: string
  /** Returns the Authorization header for a push to this endpoint. */
  authorization(endpoint: string, nowMs: number): string
}

/** RFC 8292 allows a day; this is less, because of clock skew. */
const tokenLifeSeconds = 12 * 60 * 60

/** `privateKey`: the 32 bytes of a P-256 scalar. `subject`: a `mailto:` or `https:` address of the operator. */
export function createVapid(privateKey: Buffer, subject: string): Vapid {
  const { key, publicKey } = keyPair(privateKey)
  return {
    publicKey,
    authorization(endpoint, nowMs) {
      const exp = Math.floor(nowMs / 1000) + tokenLifeSeconds
      const claims = { aud: new URL(endpoint).origin, exp, sub: subject }
      const content = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode(claims)}`
      const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' })
      return `vapid t=${content}.${signature.toString('base64url')}, k=${publicKey}`
    },
  }
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function keyPair(privateKey: Buffer): { key: KeyObject; publicKey: string } {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(privateKey)
  const point = ecdh.getPublicKey()
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: privateKey.toString('base64url'),
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  return { key: createPrivateKey({ key: jwk, format: 'jwk' }), publicKey: point.toString('base64url') }
}

const made = new WeakMap<Config, Vapid>()

/** Uses VAPID_PRIVATE_KEY, or a key generated in the data directory. Throws when the configured keys do not match. */
export function vapidOf(config: Config): Vapid {
  const known = made.get(config)
  if (known) return known
  const given = config.vapid.privateKey && `vapid:${config.vapid.privateKey}`
  const [newest] = loadKeys(given, config.dataDir, 'vapid', 'VAPID_PRIVATE_KEY')
  if (!newest) throw new Error('VAPID_PRIVATE_KEY holds no key.')
  const vapid = createVapid(newest.key.subarray(0, 32), config.vapid.subject ?? config.publicUrl)
  const expected = config.vapid.publicKey
  if (expected !== null && expected.replace(/=+$/, '') !== vapid.publicKey) {
    throw new Error('VAPID_PUBLIC_KEY does not belong to VAPID_PRIVATE_KEY.')
  }
  made.set(config, vapid)
  return vapid
}
