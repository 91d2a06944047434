/** The addresses to which we have sent: what comes from there may belong to a call, whatever the trunks' addresses are. */
export interface Correspondents {
  add(host: string): void
  has(host: string): boolean
}

/** The one not written to for longest is forgotten first. */
const maxCorrespondents = 10_000

export function createCorrespondents(): Correspondents {
  const hosts = new Set<string>()
  let latest = ''
  return {
    add(host) {
      if (host === latest) return
      latest = host
      hosts.delete(host)
      hosts.add(host)
      if (hosts.size > maxCorrespondents) hosts.delete(hosts.values().next().value!)
    },
    has: (host) => hosts.has(host),
  }
}
