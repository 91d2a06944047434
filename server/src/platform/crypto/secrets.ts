import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { NamedKey } from './key-files.ts'

/**
 * Encryption of what must be read back (SIP passwords, tokens): AES-256-GCM with a random data key per value, wrapped by
 * a named key. `place` (`telephony.sip_providers/password/<row id>`) is authenticated, so a value moved to another row
 * does not open.
 */
export interface Secrets {
  seal(plain: string, place: string): string
  /** Throws when the value was changed, moved, or made with a key that is gone. */
  open(sealed: string, place: string): string
  /** Was it sealed with the newest key? If not, seal it again when it is next written. */
  isCurrent(sealed: string): boolean
  /** A key for one purpose (signing addresses), made from the newest key by HKDF. */
  derive(purpose: string): Buffer
}

const version = 'v1'

/** `keys` newest first: the first seals, all of them open. */
export function createSecrets(keys: NamedKey[]): Secrets {
  const [newest] = keys
  if (!newest) throw new Error('At least one encryption key is needed.')
  const byName = new Map(keys.map(({ name, key }) => [name, key]))
  return {
    seal(plain, place) {
      const dataKey = randomBytes(32)
      const wrapped = encrypt(newest.key.subarray(0, 32), dataKey, `key/${place}`)
      const content = encrypt(dataKey, Buffer.from(plain, 'utf8'), place)
      return [version, newest.name, wrapped.toString('base64url'), content.toString('base64url')].join('.')
    },
    open(sealed, place) {
      const [form, name, wrapped, content] = sealed.split('.')
      const key = byName.get(name ?? '')
      if (form !== version || !wrapped || !content) throw new Error('This is not a sealed value.')
      if (!key) throw new Error(`The encryption key ${name} is not among ENCRYPTION_KEYS.`)
      const dataKey = decrypt(key.subarray(0, 32), Buffer.from(wrapped, 'base64url'), `key/${place}`)
      return decrypt(dataKey, Buffer.from(content, 'base64url'), place).toString('utf8')
    },
    isCurrent: (sealed) => sealed.startsWith(`${version}.${newest.name}.`),
    derive: (purpose) => Buffer.from(hkdfSync('sha256', newest.key, '', purpose, 32)),
  }
}

const nonceBytes = 12
const tagBytes = 16

function encrypt(key: Buffer, plain: Buffer, place: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, sealed: Buffer, place: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(sealed.length - tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()])
}
