/** Symmetric RTP: we send to where the other side's packets really come from, which behind a NAT is not what its SDP says. */
export interface Destination {
  address: string
  port: number
}

export interface Latch {
  /**
   * Where the audio is to go, and the address of the SIP peer, from which it may come as well. A change by re-INVITE lets
   * go of the source followed so far. A null `destination`: nothing is sent until the peer is heard.
   */
  signal(destination: Destination | null, peer: string | null): void
  /** Whether a valid packet from this source belongs to the stream. `now` is monotonic ms. */
  accept(address: string, port: number, now: number): boolean
  /** Is this one of the two addresses of the other side? Anybody else is a stranger, also while they are silent. */
  belongs(address: string): boolean
  /** Where to send. Null before any SDP. */
  readonly target: Destination | null
}

/** No audio comes from or goes to the ports of services below. */
export const lowestPort = 1024
/** A source silent for longer may be replaced by another port of the same two addresses. */
const silentMs = 2000

export function createLatch(): Latch {
  let signalled: Destination | null = null
  let peer: string | null = null
  let followed: Destination | null = null
  let heardAt = 0

  const belongs = (address: string): boolean => address === signalled?.address || address === peer

  function accept(address: string, port: number, now: number): boolean {
    // Forged packets come from port 0, and from those of services that would be sent our audio.
    if (!belongs(address) || port < lowestPort) return false
    if (followed === null || followed.address !== address || followed.port !== port) {
      const isSignalled = signalled !== null && signalled.address === address && signalled.port === port
      if (followed !== null && !isSignalled && now - heardAt <= silentMs) return false
      followed = { address, port }
    }
    heardAt = now
    return true
  }

  return {
    accept,
    belongs,
    signal(destination, from) {
      if (signalled?.address !== destination?.address || signalled?.port !== destination?.port || peer !== from)
        followed = null
      signalled = destination
      peer = from
    },
    get target() {
      return followed ?? signalled
    },
  }
}
