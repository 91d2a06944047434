import { newTag } from '../message/identifiers.ts'
import { transactionLifeMs } from '../transaction/timing.ts'
import type { CallEntry, Core } from '../core.ts'
import { dialogOfCallee } from './dialog.ts'
import { header, headerName } from '../message/headers.ts'
import type { Header } from '../message/headers.ts'
import { sessionDescription } from '../message/session-description.ts'
import { notEstablished } from './invite.ts'
import { refer } from './refer.ts'
import type { ServerTransaction } from '../transaction/server-transaction.ts'
import { handleInDialog } from './session-requests.ts'
import { allowsUpdate, answerInterval, minSessionExpires } from './session-timer.ts'
import { acceptInvite, acknowledge, bye, createSession, end, keepRefreshed, reinvite, sdpType } from './session.ts'
import type { IncomingCall } from '../types.ts'
import { parseUri } from '../message/uri.ts'

/** Returns the user part of a URI, or the whole URI when it has no user part. */
function party(uri: string): string {
  const user = parseUri(uri)?.user
  if (!user) return uri
  try {
    return decodeURIComponent(user)
  } catch {
    // An invalid escape stays part of the name.
    return user
  }
}

/** Returns a header of a received message, by its short or full name in any case. */
export function headerLookup(headers: readonly Header[]): (name: string) => string | undefined {
  return (name) => header(headers, headerName(name) ?? '')
}

/** Refuses an INVITE that is invalid or a duplicate. Returns true when it did. */
export function refuseInvite(core: Core, transaction: ServerTransaction): boolean {
  const { request } = transaction
  const duplicate = core.calls.findByRemote(request.callId, request.from.params.get('tag'))
  if (duplicate?.pendingSequence === request.cseq) {
    // The same request by another path, forked on the way (section 8.2.2.2).
    transaction.respond(482)
    return true
  }
  if (request.body !== '' && sessionDescription(request) === null) {
    transaction.respond(415, { headers: [['accept', 'application/sdp']] })
    return true
  }
  if (!answerInterval(request).tooSmall) return false
  transaction.respond(422, { headers: [minSessionExpires] })
  return true
}

/** Returns the call that an INVITE requests, not yet answered. */
export function createIncomingCall(core: Core, transaction: ServerTransaction): IncomingCall {
  const { request, source } = transaction
  const localTag = newTag()
  const called = party(request.uri)
  const contact = `<${core.local.contact(parseUri(request.uri)?.user ?? '', source)}>`
  let lingering = false

  const session = createSession({
    core,
    dialog: dialogOfCallee(request, localTag, contact, source),
    auth: null,
    caller: false,
    domain: parseUri(request.from.uri)?.host ?? source.host,
    handlers: () => call.handlers,
    localSdp: '',
    updates: allowsUpdate(request.headers),
    onEnded: linger,
  })

  function linger(): void {
    if (lingering) return
    lingering = true
    core.wheel.after(transactionLifeMs, () => core.calls.remove(entry))
  }

  const entry: CallEntry = {
    callId: request.callId,
    localTag,
    remoteTag: session.dialog.remoteTag,
    get pendingSequence() {
      return transaction.open ? request.cseq : null
    },
    onRequest(inside) {
      if (inside.request.method === 'BYE' && transaction.open) {
        inside.respond(200)
        cancelled()
      } else handleInDialog(session, inside)
    },
    onAck: (ack) => acknowledge(session, ack),
    onStray2xx(response) {
      session.acks.get(response.cseq)?.()
    },
  }

  function cancelled(): void {
    if (!transaction.open) return
    transaction.respond(487, { toTag: localTag })
    end(session)
    call.handlers.onFailure?.(487, 'Request Terminated')
  }

  function provisional(status: number, sdp: string): void {
    const headers: Header[] = [['contact', contact]]
    if (sdp !== '') headers.push(sdpType)
    transaction.respond(status, { toTag: localTag, headers, body: sdp })
  }

  function reject(status: number, headers: Record<string, string> = {}): void {
    if (!transaction.open) return
    const lines = Object.entries(headers).map(([name, value]): Header => [headerName(name) ?? name, value])
    transaction.respond(status, { toTag: localTag, headers: lines })
    end(session)
  }

  const call: IncomingCall = {
    callId: request.callId,
    peerAddress: () => source.host,
    from: party(request.from.uri),
    to: called,
    source,
    offer: sessionDescription(request),
    handlers: {},
    header: headerLookup(request.headers),
    ring: () => provisional(180, ''),
    progress: (sdp) => provisional(183, sdp),
    answer(sdp) {
      if (!transaction.open) return
      const timer = answerInterval(request)
      session.localSdp = sdp
      session.phase = 'confirmed'
      const headers = timer.tooSmall ? [] : timer.headers
      acceptInvite(session, transaction, { headers, body: sdp, toTag: localTag }, (ack) => {
        call.handlers.onAnswer?.(request.body === '' ? (sessionDescription(ack) ?? '') : '')
      })
      if (!timer.tooSmall) keepRefreshed(session, timer.interval)
    },
    reject,
    hangup: () =>
      new Promise((resolve) => {
        reject(480)
        bye(session, resolve)
      }),
    reinvite: (sdp) => reinvite(session, sdp),
    refer: (to) =>
      new Promise((resolve, fail) => {
        if (session.phase === 'confirmed') refer(session, to, resolve)
        else fail(notEstablished())
      }),
  }
  transaction.onCancel = cancelled
  core.calls.add(entry)
  return call
}
