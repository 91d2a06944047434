import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto'

/** The keys of a browser's subscription. */
export interface Receiver {
  /** The browser's public key, P-256 uncompressed. */
  p256dh: Buffer
  /** The 16-byte secret shared with this server. */
  auth: Buffer
}

/** Push services take 4096 bytes (RFC 8030, 7.2): 86 of header, 16 of tag, 1 of padding delimiter. */
export const maxPlainBytes = 4096 - 86 - 16 - 1
const recordBytes = 4096

/**
 * Encrypts a message for this browser: `Content-Encoding: aes128gcm` of RFC 8188 with the keys of RFC 8291, in one record.
 * `salt` and `sender` are random by default; they are parameters for the example of the RFC. Throws `RangeError` when
 * `plain` has more than `maxPlainBytes`.
 */
export function encryptPush(
  plain: Buffer,
  { p256dh, auth }: Receiver,
  salt: Buffer = randomBytes(16),
  sender: ECDH = freshKeys(),
): Buffer {
  if (plain.length > maxPlainBytes) throw new RangeError(`A push message has at most ${maxPlainBytes} bytes.`)
  const senderKey = sender.getPublicKey()
  const shared = sender.computeSecret(p256dh)
  const secret = derive(shared, auth, Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, senderKey]), 32)
  const contentKey = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
  const cipher = createCipheriv('aes-128-gcm', contentKey, nonce)
  const header = Buffer.alloc(21)
  salt.copy(header)
  header.writeUInt32BE(recordBytes, 16)
  header.writeUInt8(senderKey.length, 20)
  // 2 marks the last record.
  return Buffer.concat([
    header,
    senderKey,
    cipher.update(plain),
    cipher.update(Buffer.of(2)),
    cipher.final(),
    cipher.getAuthTag(),
  ])
}

function freshKeys(): ECDH {
  const ecdh = createECDH('prime256v1')
  ecdh.generateKeys()
  return ecdh
}

const derive = (secret: Buffer, salt: Buffer, info: Buffer, length: number) =>
  Buffer.from(hkdfSync('sha256', secret, salt, info, length))
