/** Symmetric RTP: we send to where the other side's packets really come from, which behind a NAT is not what its SDP says. */
export interface Destination {
  address: string
  port: number
}

export interface Latch {
  /** What the SDP says. A change by re-INVITE lets go of the source followed so far. */
  signal(destination: Destination): void
  /** Whether a valid packet from this source belongs to the stream. `now` is monotonic ms. */
  accept(address: string, port: number, now: number): boolean
  /** Where to send. Null before any SDP. */
  readonly target: Destination | null
}

/** A source silent for longer may be replaced by another one. */
const silentMs = 2000

export function createLatch(): Latch {
  let signalled: Destination | null = null
  let followed: Destination | null = null
  let heardAt = 0

  function accept(address: string, port: number, now: number): boolean {
    // Nothing can be sent to port 0, though forged packets come from there.
    if (signalled === null || port === 0) return false
    if (followed === null || followed.address !== address || followed.port !== port) {
      const isSignalled = signalled.address === address && signalled.port === port
      if (followed !== null && !isSignalled && now - heardAt <= silentMs) return false
      followed = { address, port }
    }
    heardAt = now
    return true
  }

  return {
    accept,
    signal(destination) {
      if (signalled?.address !== destination.address || signalled.port !== destination.port) followed = null
      signalled = destination
    },
    get target() {
      return followed ?? signalled
    },
  }
}
