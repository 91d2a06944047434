import type { Core } from '../core.ts'
import type { Timer } from '../../clock.ts'
import { idleTimer } from '../transaction/timer-wheel.ts'
import { isReliable, isSameAddress } from './transport.ts'
import type { Hop } from './transport.ts'

const pingEveryMs = 25_000
const pongWithinMs = 10_000

/** Keeps the NAT binding or the connection to a registrar open (RFC 5626 section 4.4.1). */
export interface KeepAlive {
  /** A response to a ping arrived from this peer. */
  onLineEnd(source: Hop): void
  onLost(peer: Hop, why: Error): void
  stop(): void
}

/** Calls `onLost` once, when the connection has ended or a peer stops answering pings; then the keep-alive stops. */
export function startKeepAlive(core: Core, destination: Hop, answersPings: boolean, onLost: LostFlow): KeepAlive {
  let peer: Hop | null = null
  let next: Timer = idleTimer
  let pong: Timer = idleTimer

  function pingAfter(ms: number): void {
    next = core.wheel.after(ms, () => {
      reach(ping)
      pingAfter(ms)
    })
  }

  function reach(then: (at: Hop) => void): void {
    core.resolve(destination.host, (host) => {
      if (host === null || !core.keepAlives.has(keepAlive)) return
      peer = { ...destination, host }
      then(peer)
    })
  }

  function ping(at: Hop): void {
    core.send('\r\n\r\n', at)
    // Not every server answers pings: for one that never did, the operating system's probes have to do.
    if (!isReliable(at.protocol) || !answersPings) return
    pong.cancel()
    pong = core.wheel.after(pongWithinMs, () => core.drop(at, new Error('It no longer answers keep-alives')))
  }

  const keepAlive: KeepAlive = {
    onLineEnd(source) {
      if (!peer || !isSameAddress(peer, source)) return
      answersPings = true
      pong.cancel()
    },
    onLost(lost, why) {
      if (!peer || !isSameAddress(peer, lost)) return
      keepAlive.stop()
      onLost(why, answersPings)
    },
    stop() {
      core.keepAlives.delete(keepAlive)
      next.cancel()
      pong.cancel()
    },
  }
  core.keepAlives.add(keepAlive)
  reach(() => {})
  pingAfter(pingEveryMs)
  return keepAlive
}

type LostFlow = (why: Error, answersPings: boolean) => void
