/** Symmetric RTP: we send to the source of the other side's packets, which behind a NAT differs from its SDP. */
export interface Destination {
  address: string
  port: number
}

export interface Latch {
  /**
   * Sets the audio destination and the address of the SIP peer, from which audio may come as well. A change by re-INVITE
   * drops the source followed so far. With a null `destination` nothing is sent until packets of the peer arrive.
   */
  signal(destination: Destination | null, peer: string | null): void
  /** Returns whether a valid packet from this source belongs to the stream. `now` is monotonic ms. */
  accept(address: string, port: number, now: number): boolean
  /** Is this one of the two addresses of the other side? All other senders stay unknown, also while both are silent. */
  belongs(address: string): boolean
  /** The destination. Null before any SDP. */
  readonly target: Destination | null
}

/** Ports below belong to services: audio neither comes from them nor goes to them. */
export const lowestPort = 1024
/** A source that sends nothing for longer may be replaced by another port of the same two addresses. */
const silentMs = 2000

export function createLatch(): Latch {
  let signalled: Destination | null = null
  let peer: string | null = null
  let followed: Destination | null = null
  let heardAt = 0

  const belongs = (address: string): boolean => address === signalled?.address || address === peer

  function accept(address: string, port: number, now: number): boolean {
    // Forged packets come from port 0, and from service ports, to which our audio would be sent.
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
