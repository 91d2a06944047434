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
