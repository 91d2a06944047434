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
  /** The other side described its audio, for the first time or again. */
  onAgreed(before: RemoteAudio | null, now: RemoteAudio): void
}

/** What both sides agreed on by SDP, offer and answer, and where audio goes because of it. */
export interface Agreement {
  /** Null until the other side has described its audio. */
  readonly remote: RemoteAudio | null
  offer(): string
  applyAnswer(sdp: string, peer: string | null): void
  answerOffer(sdp: string, peer: string | null): string
  /** Look-ups that are still under way change nothing any more. */
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

  /** Their audio address when it may be sent to; of a private one behind a NAT the SIP peer's stands in. */
  function aim({ port, rtcpPort }: RemoteAudio, address: string | undefined, peer: string | null): void {
    const reachable = [address, peer ?? undefined].find((each) => each !== undefined && context.mayReach(each))
    latch.signal(reachable === undefined ? null : { address: reachable, port }, peer)
    reports.signal(reachable === undefined ? null : { address: reachable, port: rtcpPort })
  }

  function locate(audio: RemoteAudio, peer: string | null): void {
    if (isIP(audio.address) !== 0) return aim(audio, audio.address, peer)
    aim(audio, undefined, peer)
    // One at a time: a peer that names another host every moment does not fill the queue of everybody's look-ups.
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
