/** Limits what one address may send, so that floods, from a carrier's address or forged ones, do not delay calls. */
export interface SourceBudget {
  /** Returns false when too much was sent: then the message has to be dropped unread. */
  take(host: string, cost: number): boolean
}

interface Bucket {
  left: number
  at: number
}

interface Source {
  own: Bucket
  guaranteed: Bucket
}

/** The most addresses stored; the first added is dropped first. */
const maxSources = 10_000
const burstSeconds = 2
/** All addresses together may send this many times the budget of one. */
const sourcesAtOnce = 2
/** The part of its budget that an address always has, whatever others send. */
const guaranteedShare = 1 / 50

/**
 * Token buckets: `perSecond` on average for each address, twice that at once, within what all may send. `now`: monotonic
 * ms.
 */
export function createSourceBudget(perSecond: number, now: () => number): SourceBudget {
  const sources = new Map<string, Source>()
  const fill = (share: number): Bucket => ({ left: perSecond * share * burstSeconds, at: now() })
  const total = fill(sourcesAtOnce)

  function sourceOf(host: string): Source {
    const known = sources.get(host)
    if (known) return known
    if (sources.size >= maxSources) sources.delete(sources.keys().next().value!)
    const source = { own: fill(1), guaranteed: fill(guaranteedShare) }
    sources.set(host, source)
    return source
  }

  function holds(bucket: Bucket, share: number, cost: number): boolean {
    const at = now()
    const grown = bucket.left + ((at - bucket.at) * perSecond * share) / 1000
    bucket.left = Math.min(perSecond * share * burstSeconds, grown)
    bucket.at = at
    return bucket.left >= cost
  }

  return {
    take(host, cost) {
      const { own, guaranteed } = sourceOf(host)
      if (!holds(own, 1, cost)) return false
      const isSure = holds(guaranteed, guaranteedShare, cost)
      if (!isSure && !holds(total, sourcesAtOnce, cost)) return false
      own.left -= cost
      if (isSure) guaranteed.left -= cost
      else total.left -= cost
      return true
    },
  }
}
