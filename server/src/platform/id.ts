import { randomFillSync } from 'node:crypto'

const pool = Buffer.allocUnsafe(16 * 256)
let poolOffset = pool.length
let lastMs = 0
let sequence = 0

/**
 * A UUIDv7 (RFC 9562): sorts by creation time, strictly increasing within this process, so "newest first" is simply
 * `order by id desc`.
 */
export function newId(): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool)
    poolOffset = 0
  }
  const now = Date.now()
  if (now > lastMs) {
    lastMs = now
    sequence = pool.readUInt16BE(poolOffset) & 0x7ff
  } else if (++sequence > 0xfff) {
    lastMs++
    sequence = 0
  }
  pool.writeUIntBE(lastMs, poolOffset, 6)
  pool.writeUInt16BE(0x7000 | sequence, poolOffset + 6)
  pool.writeUInt8((pool.readUInt8(poolOffset + 8) & 0x3f) | 0x80, poolOffset + 8)
  const hex = pool.toString('hex', poolOffset, poolOffset + 16)
  poolOffset += 16
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/**
 * The id of something that happened earlier and is heard of only now: it sorts by when it happened (milliseconds since
 * 1970; what lies outside of what an id can say counts as its nearest end), and what happened in one millisecond by when it was heard of.
 */
export function idAt(ms: number): string {
  const heard = newId().replaceAll('-', '')
  // The 60 bits of its time and sequence go where chance usually is; 12 bits of chance are left.
  const place = heard.slice(0, 12) + heard.slice(13, 16)
  const at = Math.min(Math.max(Math.trunc(ms), 0), 2 ** 48 - 1)
  const hex = `${at.toString(16).padStart(12, '0')}7${place.slice(0, 3)}8${place.slice(3)}${heard.slice(-3)}`
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
