import { isIP } from 'node:net'
import { canonicalAddress } from '../../addresses.ts'
import { plainHost } from '../message/uri.ts'

/** Looks up the addresses of a name. The list is empty when it has no address or the look-up fails. */
export type LookUp = (host: string, done: (addresses: string[]) => void) => void

/** One address of a name is used, until it does not respond (RFC 3263 section 4.3). */
export interface Resolver {
  /** Resolves a host name, at once for literals and cached names (looked up again after a minute). Null: it has no address. */
  resolve(host: string, done: (address: string | null) => void): void
  /** Reports that this address did not respond: the next one of its host is used from now on. */
  passOver(host: string, address: string): void
}

const resolvedForMs = 60_000
/** The size of the cache, since peers may name any host in Contact. The name looked up longest ago is dropped first. */
const maxKnown = 10_000

export function createResolver(now: () => number, lookUp: LookUp): Resolver {
  const known = new Map<string, { addresses: string[]; used: string; until: number }>()
  /** Callbacks waiting for a name, which is looked up once. */
  const asking = new Map<string, ((address: string | null) => void)[]>()

  function ask(host: string, done: (address: string | null) => void): void {
    const waiting = asking.get(host)
    if (waiting) {
      waiting.push(done)
      return
    }
    const waiters = [done]
    asking.set(host, waiters)
    lookUp(host, (found) => {
      asking.delete(host)
      const address = learn(host, found.map(canonicalAddress))
      for (const waiter of waiters) waiter(address)
    })
  }

  function learn(host: string, addresses: string[]): string | null {
    const before = known.get(host)?.used
    const [first] = addresses
    // An old result is better than none: carriers stay reachable during DNS outages.
    if (first === undefined) return before ?? null
    // Calls go where the registration went, in whatever order the addresses are returned.
    const used = before !== undefined && addresses.includes(before) ? before : first
    known.delete(host)
    known.set(host, { addresses, used, until: now() + resolvedForMs })
    if (known.size > maxKnown) known.delete(known.keys().next().value!)
    return used
  }

  return {
    resolve(host, done) {
      const literal = plainHost(host)
      if (isIP(literal)) return done(canonicalAddress(literal))
      const recent = known.get(host)
      if (!recent) return ask(host, done)
      // The old result is used while a new one is fetched, so that a slow DNS delays no call.
      if (recent.until <= now()) ask(host, () => {})
      done(known.get(host)?.used ?? recent.used)
    },
    passOver(host, address) {
      const entry = known.get(host)
      // Of many requests that timed out the first has already selected the next address.
      if (entry?.used !== address) return
      entry.used = entry.addresses[(entry.addresses.indexOf(address) + 1) % entry.addresses.length]!
    },
  }
}
