import { isIP } from 'node:net'
import type { Via } from '../message/headers.ts'
import type { Header } from '../message/headers.ts'
import { isSameAddress } from './transport.ts'
import type { Endpoint, Hop, Protocol, Transport } from './transport.ts'
import { plainHost, sipUri, uriHost } from '../message/uri.ts'

/** Our address in Via and Contact. */
export interface LocalAddress extends Endpoint {
  via(protocol: Protocol, branch: string): Header
  /** Returns where a peer reaches us: the address that it sees, when known, else our own. */
  contact(user: string, peer: Hop): string
  /** Stores the source of our request from a response's Via (RFC 3581). Returns true when our Contact there changes. */
  learn(destination: Hop, address: Hop, via: Via): boolean
  /** Drops the address learned from this peer. */
  forget(address: Hop): void
}

interface Sighting {
  /** The destination as configured, and its address. */
  destination: Hop
  address: Hop
  seenAs: Endpoint
}

export function createLocalAddress(
  transport: Pick<Transport, 'host' | 'port' | 'tlsPort'>,
  advertisedHost?: string,
): LocalAddress {
  const host = uriHost(advertisedHost ?? transport.host)
  const { port } = transport
  let sightings: Sighting[] = []

  function portOf(protocol: Protocol): number {
    return protocol === 'tls' ? (transport.tlsPort ?? port) : port
  }

  function seenBy(peer: Hop): Endpoint | undefined {
    return sightings.find(
      ({ destination, address }) => isSameAddress(destination, peer) || isSameAddress(address, peer),
    )?.seenAs
  }

  /**
   * Can this peer not reach our own address? Behind NAT it cannot, unless a public address is configured. Without a TLS
   * listener only the connection itself leads to us.
   */
  function isBetter(seenAs: Endpoint, protocol: Protocol): boolean {
    if (protocol === 'tls' && transport.tlsPort === undefined) return true
    if (advertisedHost !== undefined) return false
    return seenAs.host !== host || (protocol === 'udp' && seenAs.port !== port)
  }

  return {
    host,
    port,
    via: (protocol, branch) => [
      'via',
      `SIP/2.0/${protocol.toUpperCase()} ${host}:${portOf(protocol)};branch=${branch};rport`,
    ],
    contact(user, peer) {
      const reachable = seenBy(peer) ?? { host, port: portOf(peer.protocol) }
      const uri = sipUri(user, reachable.host, reachable.port)
      return peer.protocol === 'udp' ? uri : `${uri};transport=${peer.protocol}`
    },
    learn(destination, address, via) {
      if (via.seenPort === null) return false
      const seenAs = { host: uriHost(via.received ?? via.host), port: via.seenPort }
      // It becomes part of our Contact, so it has to be an address.
      if (via.received !== null && isIP(plainHost(via.received)) === 0) return false
      if (!isBetter(seenAs, destination.protocol)) return false
      const before = seenBy(destination)
      if (before?.host === seenAs.host && before.port === seenAs.port) return false
      sightings = sightings.filter((sighting) => !isSameAddress(sighting.destination, destination))
      sightings.push({ destination, address, seenAs })
      return true
    },
    forget(peer) {
      sightings = sightings.filter(
        ({ destination, address }) => !isSameAddress(destination, peer) && !isSameAddress(address, peer),
      )
    },
  }
}
