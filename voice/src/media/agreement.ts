import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'

import type { AddressPolicy } from '../addresses.ts'
import type { LookUp } from '../sip/transport/resolver.ts'
import type { Latch } from './rtp/latch.ts'
import type { ReportExchange } from './rtp/reports.ts'
import { answerAudio, offerAudio, remoteAudio } from './sdp/negotiation.ts'
import type { LocalAudio, RemoteAudio } from './sdp/negotiation.ts'
import { buildSdp, parseSdp } from './sdp/sdp.ts'
import type { SessionDescription } from './sdp/sdp.ts'

interface AgreementContext {
  port: number
  advertisedHost: string
  mayReach: AddressPolicy
  lookUp: LookUp
  latch: Latch
  reports: ReportExchange
  /** Called when the other side has described its audio, the first time and after each change. */
  onAgreed(before: RemoteAudio | null, now: RemoteAudio): void
}

/** The result of SDP offer and answer, and the audio destination that follows from it. */
export interface Agreement {
  /** Null until the other side has described its audio. */
  readonly remote: RemoteAudio | null
  offer(): string
  applyAnswer(sdp: string, peer: string | null): void
  answerOffer(sdp: string, peer: string | null): string
  /** Ignores the results of pending look-ups. */
  close(): void
}

export function createAgreement(context: AgreementContext): Agreement {
  const { port, latch, reports } = context
  const sessionId = String(randomBytes(6).readUIntBE(0, 6))
  let version = 0
  let described = ''
  let remote: RemoteAudio | null = null
  let isLookingUp = false
  let isClosed = false

  function describe(build: (local: LocalAudio) => SessionDescription): string {
    const at = (version: number) => buildSdp(build({ address: context.advertisedHost, port, sessionId, version }))
    // The version grows only when the description changes (RFC 3264 section 8).
    if (at(version) !== described) described = at(++version)
    return described
  }

  /** Returns their audio address when the policy allows it; behind a NAT the SIP peer's address replaces a private one. */
  function aim({ port, rtcpPort }: RemoteAudio, address: string | undefined, peer: string | null): void {
    const reachable = [address, peer ?? undefined].find((each) => each !== undefined && context.mayReach(each))
    latch.signal(reachable === undefined ? null : { address: reachable, port }, peer)
    reports.signal(reachable === undefined ? null : { address: reachable, port: rtcpPort })
  }

  function locate(audio: RemoteAudio, peer: string | null): void {
    if (isIP(audio.address) !== 0) return aim(audio, audio.address, peer)
    aim(audio, undefined, peer)
    // One at a time, so that a peer that keeps changing the host name does not fill the shared look-up queue.
    if (isLookingUp) return
    isLookingUp = true
    context.lookUp(audio.address, ([address]) => {
      isLookingUp = false
      if (isClosed || remote === null) return
      if (remote.address === audio.address) aim(remote, address, peer)
      else if (isIP(remote.address) === 0) locate(remote, peer)
    })
  }

  function agree(next: RemoteAudio, peer: string | null): void {
    context.onAgreed(remote, next)
    remote = next
    locate(next, peer)
  }

  return {
    get remote() {
      return remote
    },
    offer: () => describe(offerAudio),
    applyAnswer(sdp, peer) {
      agree(remoteAudio(parseSdp(sdp), remote?.codec ?? null), peer)
    },
    answerOffer(sdp, peer) {
      const offer = parseSdp(sdp)
      const audio = remoteAudio(offer, remote?.codec ?? null)
      agree(audio, peer)
      return describe((local) => answerAudio(offer, audio, local))
    },
    close() {
      isClosed = true
    },
  }
}
