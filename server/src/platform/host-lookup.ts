import { lookup as systemLookup, promises as dns } from 'node:dns'
import { promisify } from 'node:util'

/** Addresses of a host name, IPv4 first. Throws when it has none or no answer came in time. */
export type HostLookup = (name: string) => Promise<string[]>

const tryMs = 2_000
const tries = 2
const longestKeptMs = 60_000
/** The time that a failure is cached. */
const failureKeptMs = 5_000
const mostKept = 1_000

/**
 * Asks the name servers directly (c-ares): the system's own look-up holds one of the process's four threads until its
 * name server answers, and file access and cryptography wait for those threads. Answers are cached for their TTL, at
 * most a minute. `servers`: `address:port`, default those of the system.
 */
export function createHostLookup(servers?: string[]): HostLookup {
  const resolver = new dns.Resolver({ timeout: tryMs, tries })
  if (servers) resolver.setServers(servers)
  const known = new Map<string, { addresses: Promise<string[]>; until: number }>()

  async function ask(name: string, keep: (ms: number) => void): Promise<string[]> {
    const found = await Promise.allSettled([
      resolver.resolve4(name, { ttl: true }),
      resolver.resolve6(name, { ttl: true }),
    ])
    const records = found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    if (records.length === 0) {
      keep(failureKeptMs)
      const [first] = found
      throw first.status === 'rejected' ? first.reason : new Error(`${name} has no address.`)
    }
    keep(Math.min(longestKeptMs, ...records.map(({ ttl }) => ttl * 1000)))
    return records.map(({ address }) => address)
  }

  return (given) => {
    const name = given.toLowerCase()
    const kept = known.get(name)
    if (kept && kept.until > Date.now()) return kept.addresses
    known.delete(name)
    if (known.size >= mostKept) known.delete(known.keys().next().value as string)
    // While it is being asked for, others who need it wait for the same answer.
    const entry = { addresses: ask(name, (ms) => (entry.until = Date.now() + ms)), until: Infinity }
    known.set(name, entry)
    return entry.addresses
  }
}

const lookUp = promisify(systemLookup)

/** As the system does it, with its hosts file: for names that the operator chose. */
export const systemAddresses: HostLookup = async (name) =>
  (await lookUp(name, { all: true })).map(({ address }) => address)
