import { accountHop, accountUri, domainOf } from '../account.ts'
import type { Result } from '../transaction/client-transaction.ts'
import { cancel } from '../transaction/client-transaction.ts'
import { newTag } from '../message/identifiers.ts'
import { transactionLifeMs } from '../transaction/timing.ts'
import type { CallEntry, Core } from '../core.ts'
import { dialogOfCaller, sendAck } from './dialog.ts'
import { createAuthenticator } from '../digest.ts'
import { exchange } from '../exchange.ts'
import type { Header } from '../message/headers.ts'
import { headerNumber } from '../message/headers.ts'
import type { ReceivedResponse, SipRequest } from '../message/message.ts'
import { sessionDescription } from '../message/session-description.ts'
import { refer } from './refer.ts'
import { handleInDialog } from './session-requests.ts'
import { allowsUpdate, askForInterval, intervalOfAnswer, longerInterval } from './session-timer.ts'
import { acknowledge, bye, createSession, invitationHeaders, keepRefreshed, reinvite, sdpType } from './session.ts'
import type { Session } from './session.ts'
import { SipFailure } from '../types.ts'
import type { InviteHandlers, InviteRequest, SipCall } from '../types.ts'
import { sipUri } from '../message/uri.ts'

/** The most early dialogs of one INVITE. */
const maxForks = 16

/** Makes a call through an account. See `UserAgent.invite`. */
export function startInvite(core: Core, options: InviteRequest, handlers: InviteHandlers): SipCall {
  const { account, callId } = options
  const domain = domainOf(account)
  const localTag = newTag()
  const destination = accountHop(account)
  const contact = `<${core.local.contact(account.username, destination)}>`
  const auth = createAuthenticator(account.username, account.password)
  /** By the other side's tag: forks make several. */
  const sessions = new Map<string, Session>()
  const early = new Map<string, string>()
  let outcome: 'pending' | 'answered' | 'failed' = 'pending'
  let session: Session | null = null
  let sequence = 0
  /** We request a session timer only when a proxy requires it. */
  let intervalSeconds = 0
  let giveUp: string | null = null
  let cancelled = false
  let lingering = false
  const whenDone: (() => void)[] = []

  function build(): SipRequest {
    const headers: Header[] = [
      ['from', `<${sipUri(options.from || account.username, domain)}>;tag=${localTag}`],
      ['to', `<${sipUri(options.to, domain)}>`],
      ['call-id', callId],
      ['cseq', `${++sequence} INVITE`],
      ['max-forwards', '70'],
      ['contact', contact],
      ['user-agent', core.userAgent],
      ...invitationHeaders,
      ...(intervalSeconds > 0 ? askForInterval(intervalSeconds) : []),
      sdpType,
    ]
    return { method: 'INVITE', uri: accountUri(account, options.to), headers, body: options.offer }
  }

  const inviting = exchange(core, {
    build,
    destination,
    auth,
    onProvisional,
    shouldRetry({ status, headers }) {
      if (intervalSeconds > 0) return false
      const longer = longerInterval(status, headers, 0)
      intervalSeconds = longer ?? 0
      return longer !== null
    },
    onFinal: onFinalAnswer,
  })
  const ringing = core.wheel.after(options.ringTimeoutMs, () => abandonInvite('No Answer'))

  function sessionFrom(response: ReceivedResponse): Session {
    const dialog = dialogOfCaller(inviting.current.request, response, contact, inviting.current.destination)
    const created = createSession({
      core,
      dialog,
      auth,
      caller: true,
      domain,
      handlers: () => handlers,
      localSdp: options.offer,
      updates: allowsUpdate(response.headers),
      onEnded: () => {
        if (outcome === 'failed' || session?.phase === 'ended') linger()
      },
    })
    sessions.set(dialog.remoteTag, created)
    return created
  }

  function onProvisional(response: ReceivedResponse): void {
    if (giveUp !== null) sendCancel()
    if (outcome !== 'pending') return
    const tag = response.to.params.get('tag')
    if (tag !== undefined && response.status > 100 && !sessions.has(tag) && sessions.size < maxForks)
      sessionFrom(response)
    const sdp = sessionDescription(response)
    if (tag !== undefined && sdp !== null && sessions.has(tag)) early.set(tag, sdp)
    handlers.onProgress?.(response.status, sdp)
  }

  function onFinalAnswer({ status, reason, response }: Result): void {
    ringing.cancel()
    if (response && status < 300) return onAnswer(response)
    outcome = 'failed'
    for (const other of sessions.values()) other.phase = 'ended'
    linger()
    const seconds = response ? headerNumber(response.headers, 'retry-after') : undefined
    // 487 is the result of our CANCEL: report why we sent it.
    const ours = status === 487 || status === 401 || status === 407 || (status === 408 && cancelled)
    const why = ours ? giveUp : null
    handlers.onFailure?.(why ? 487 : status, why ?? reason, seconds === undefined ? undefined : seconds * 1000)
    finish()
  }

  function onAnswer(response: ReceivedResponse): void {
    const answered = confirm(response)
    if (giveUp === null) {
      outcome = 'answered'
      session = answered
      keepRefreshed(answered, intervalOfAnswer(response.headers))
      const sdp = sessionDescription(response) ?? early.get(answered.dialog.remoteTag)
      handlers.onAnswer?.(sdp ?? '')
      return
    }
    // The 200 crossed our CANCEL, or came before it could be sent: hang up with BYE.
    outcome = 'failed'
    bye(answered, finish)
    handlers.onFailure?.(487, giveUp)
  }

  /** Handles a 2xx: the early dialog of its tag, if any, gets its final route, and the ACK is sent. */
  function confirm(response: ReceivedResponse): Session {
    const before = sessions.get(response.to.params.get('tag') ?? '')
    const confirmed = sessionFrom(response)
    if (before) confirmed.dialog.remoteSeq = before.dialog.remoteSeq
    confirmed.dialog.localSeq = Math.max(sequence, before?.dialog.localSeq ?? 0)
    confirmed.phase = 'confirmed'
    confirmed.acks.set(response.cseq, sendAck(core, confirmed.dialog, inviting.current.request))
    return confirmed
  }

  function sendCancel(): void {
    if (cancelled || !inviting.current.proceeding) return
    cancelled = true
    cancel(core, inviting.current)
  }

  function abandonInvite(why: string): void {
    if (outcome !== 'pending') return
    giveUp ??= why
    inviting.stopRetrying()
    sendCancel()
  }

  function finish(): void {
    for (const done of whenDone.splice(0)) done()
  }

  /** The entry stays while a 2xx may still come: a retransmission, or a fork that must be hung up. */
  function linger(): void {
    if (lingering) return
    lingering = true
    core.wheel.after(transactionLifeMs, () => core.calls.remove(entry))
  }

  const entry: CallEntry = {
    callId,
    localTag,
    get remoteTag() {
      return session?.dialog.remoteTag ?? null
    },
    onRequest(transaction) {
      const tag = transaction.request.from.params.get('tag') ?? ''
      const addressed = sessions.get(tag)
      if (addressed) handleInDialog(addressed, transaction)
      else transaction.respond(481)
    },
    onAck(ack) {
      if (session) acknowledge(session, ack)
    },
    onStray2xx(response) {
      const tag = response.to.params.get('tag') ?? ''
      const known = sessions.get(tag)
      const acknowledgeAgain = known?.acks.get(response.cseq)
      if (acknowledgeAgain) acknowledgeAgain()
      // A 2xx from before our latest re-INVITE is ignored.
      else if (known !== session && response.cseq === sequence && sessions.size < maxForks) bye(confirm(response))
    },
  }

  core.calls.add(entry)
  return {
    callId,
    peerAddress: () => inviting.current.address?.host ?? null,
    hangup: () =>
      new Promise((resolve) => {
        if (session && session.phase !== 'ended') bye(session, resolve)
        else if (outcome !== 'pending') resolve()
        else {
          whenDone.push(resolve)
          abandonInvite('Request Cancelled')
        }
      }),
    reinvite: (sdp) => (session ? reinvite(session, sdp) : Promise.reject(notEstablished())),
    refer: (to) =>
      new Promise((resolve, reject) => {
        if (session?.phase === 'confirmed') refer(session, to, resolve)
        else reject(notEstablished())
      }),
  }
}

export function notEstablished(): SipFailure {
  return new SipFailure(481, 'The call is not established')
}
