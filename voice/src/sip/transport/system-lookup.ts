import { lookup } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { LookUp } from './resolver.ts'

/** After this long without a response a name has no address. */
const limitMs = 2_000

/**
 * Looks up addresses that a socket bound to `localHost` can reach: A records, or AAAA when it is an IPv6 address. Names of
 * the hosts file and names without a dot are resolved by the system; all others by c-ares over its own sockets, because
 * `dns.lookup` would block one of the process's four threads while a name server is slow.
 * `servers`: `address:port`; default: the system's.
 */
export function systemLookup(localHost: string, servers?: string[]): LookUp {
  const family = isIP(localHost) === 6 ? 6 : 4
  return (host, done) => {
    const name = host.toLowerCase()
    void isLocal(name).then((local) => {
      if (local)
        // With `::1 localhost` in the hosts file glibc says 127.0.0.1 twice.
        lookup(name, { family, all: true }, (error, found) =>
          done(error ? [] : [...new Set(found.map(({ address }) => address))]),
        )
      else void ask(name, family, servers).then(done)
    })
  }
}

async function ask(host: string, family: 4 | 6, servers?: string[]): Promise<string[]> {
  const resolver = new Resolver({ timeout: limitMs / 2, tries: 2 })
  if (servers) resolver.setServers(servers)
  const late = setTimeout(() => resolver.cancel(), limitMs)
  try {
    return await (family === 6 ? resolver.resolve6(host) : resolver.resolve4(host))
  } catch {
    return [] // no such name, or no answer: either way there is no address
  } finally {
    clearTimeout(late)
  }
}

async function isLocal(name: string): Promise<boolean> {
  if (!name.replace(/\.$/, '').includes('.')) return true
  const hosts = await readFile('/etc/hosts', 'utf8').catch(() => '') // exists only on Unix
  return hosts.split('\n').some((line) => {
    const [, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    return names.some((known) => known.toLowerCase() === name)
  })
}
