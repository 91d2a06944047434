/** What one address may send, so that neither a flood from a carrier's address nor a forged one takes the calls' time. */
export interface SourceBudget {
  /** False: this address has sent too much, and what it sent now is to be dropped unread. */
  take(host: string, cost: number): boolean
}

interface Bucket {
  left: number
  at: number
}

/** Addresses remembered; the one that spoke first is forgotten first. */
const maxSources = 10_000
const burstSeconds = 2

/** A token bucket for each address: `perSecond` on average, twice that at once. `now`: monotonic ms. */
export function createSourceBudget(perSecond: number, now: () => number): SourceBudget {
  const burst = perSecond * burstSeconds
  const buckets = new Map<string, Bucket>()

  function bucketOf(host: string): Bucket {
    const known = buckets.get(host)
    if (known) return known
    if (buckets.size >= maxSources) buckets.delete(buckets.keys().next().value!)
    const bucket = { left: burst, at: now() }
    buckets.set(host, bucket)
    return bucket
  }

  return {
    take(host, cost) {
      const bucket = bucketOf(host)
      const at = now()
      bucket.left = Math.min(burst, bucket.left + ((at - bucket.at) * perSecond) / 1000)
      bucket.at = at
      if (bucket.left < cost) return false
      bucket.left -= cost
      return true
    },
  }
}
