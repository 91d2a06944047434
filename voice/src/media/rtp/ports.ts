/** All port pairs of the range are in use, here or by other programs. */
export class NoPorts extends Error {
  constructor(range: { from: number; to: number }) {
    super(`No RTP port is free between ${range.from} and ${range.to}: widen the range, or take fewer calls at once.`)
    this.name = 'NoPorts'
  }
}

/** Even ports, each with the odd one above it. The port returned longest ago is given out first. */
export interface PortPool {
  take(): number | null
  give(port: number): void
  free: () => number
}

/** Throws a `RangeError` when the range contains no pair. */
export function createPortPool(range: { from: number; to: number }): PortPool {
  const free = new Set<number>()
  for (let port = range.from + (range.from % 2); port + 1 <= range.to; port += 2) free.add(port)
  if (free.size === 0 || range.from < 1 || range.to > 65535)
    throw new RangeError(
      `RTP ports from ${range.from} to ${range.to}: give a range of at least one even port and the next.`,
    )
  return {
    take() {
      for (const port of free) {
        free.delete(port)
        return port
      }
      return null
    },
    give: (port) => void free.add(port),
    free: () => free.size,
  }
}
