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
 * Returns an id for an event that happened earlier: it sorts by the time of the event (`ms`, milliseconds since
 * 1970, clamped to the range of an id), and within a millisecond by arrival.
 */
export function idAt(ms: number): string {
  const now = newId().replaceAll('-', '')
  // The 60 bits of its time and sequence take the place of random bits; 12 random bits are left.
  const order = now.slice(0, 12) + now.slice(13, 16)
  const at = Math.min(Math.max(Math.trunc(ms), 0), 2 ** 48 - 1)
  const hex = `${at.toString(16).padStart(12, '0')}7${order.slice(0, 3)}8${order.slice(3)}${now.slice(-3)}`
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
