import { isIP } from 'node:net'
import { canonicalAddress } from '../../addresses.ts'
import { plainHost } from '../message/uri.ts'

/** Asks for the addresses of a name; none: it has none, or nobody can say. */
export type LookUp = (host: string, done: (addresses: string[]) => void) => void

/** Of a name with several addresses one is used, until it gives no answer (RFC 3263 section 4.3). */
export interface Resolver {
  /** Host name to address, at once for literals and for names asked before, which are asked again after a minute. Null: there is none. */
  resolve(host: string, done: (address: string | null) => void): void
  /** Nothing came back from this address: from now on the next one of its host is used. */
  passOver(host: string, address: string): void
}

const resolvedForMs = 60_000
/** Names remembered; peers may name any in Contact. The one looked up longest ago is forgotten first. */
const maxKnown = 10_000

export function createResolver(now: () => number, lookUp: LookUp): Resolver {
  const known = new Map<string, { addresses: string[]; used: string; until: number }>()
  /** Who waits for the answer about a name; it is asked for once. */
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
    // An old answer beats none: carriers outlive their DNS outages.
    if (first === undefined) return before ?? null
    // Calls go where the registration went, in whatever order the names come.
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
      // An old answer serves while a new one is fetched: a slow DNS holds up no call.
      if (recent.until <= now()) ask(host, () => {})
      done(known.get(host)?.used ?? recent.used)
    },
    passOver(host, address) {
      const entry = known.get(host)
      // Of many requests that got no answer the first has moved it on.
      if (entry?.used !== address) return
      entry.used = entry.addresses[(entry.addresses.indexOf(address) + 1) % entry.addresses.length]!
    },
  }
}
