/** The addresses to which we have sent: messages from them may belong to a call, even when they are no trunk's. */
export interface Correspondents {
  add(host: string): void
  has(host: string): boolean
}

/** The address unused for longest is dropped first. */
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
