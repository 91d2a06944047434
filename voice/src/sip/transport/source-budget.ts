/** What one address may send, so that neither a flood from a carrier's address nor forged ones take the calls' time. */
export interface SourceBudget {
  /** False: too much was sent, and what was sent now is to be dropped unread. */
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

/** Addresses remembered; the one that spoke first is forgotten first. */
const maxSources = 10_000
const burstSeconds = 2
/** All addresses together may send as much as so many that send all they may. */
const sourcesAtOnce = 2
/** Of this part of its budget an address is sure, whatever others send. */
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
