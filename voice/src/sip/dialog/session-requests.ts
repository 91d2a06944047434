import { refreshTarget } from './dialog.ts'
import { header } from '../message/headers.ts'
import { sessionDescription } from '../message/session-description.ts'
import { onNotify, onRefer } from './refer.ts'
import { refuseMethod } from './refusals.ts'
import type { ServerTransaction } from '../transaction/server-transaction.ts'
import { answerInterval, minSessionExpires } from './session-timer.ts'
import { acceptInvite, end, keepRefreshed, sdpType } from './session.ts'
import type { Session } from './session.ts'

type Handle = (session: Session, transaction: ServerTransaction) => void

const handlers: Record<string, Handle> = {
  BYE: onBye,
  INVITE: onReinvite,
  UPDATE: onUpdate,
  INFO: onInfo,
  OPTIONS: (_session, transaction) => transaction.respond(200),
  REFER: onRefer,
  NOTIFY: onNotify,
}

/** Responds to a request of the other side inside the call. */
export function handleInDialog(session: Session, transaction: ServerTransaction): void {
  const { request } = transaction
  const { dialog } = session
  if (session.phase === 'ended') return transaction.respond(481)
  // Section 12.2.2: an older request that arrives late is out of order.
  if (dialog.remoteSeq !== null && request.cseq <= dialog.remoteSeq && request.method !== 'NOTIFY') {
    return transaction.respond(500, { reason: 'CSeq out of order' })
  }
  dialog.remoteSeq = Math.max(request.cseq, dialog.remoteSeq ?? 0)
  const handle = handlers[request.method]
  if (handle) handle(session, transaction)
  else refuseMethod(transaction)
}

function onBye(session: Session, transaction: ServerTransaction): void {
  transaction.respond(200)
  session.unacknowledged?.stop()
  const answered = session.phase === 'confirmed'
  if (end(session) && answered) session.handlers().onBye?.()
}

function onReinvite(session: Session, transaction: ServerTransaction): void {
  const { request } = transaction
  // Section 14.2: our re-INVITE, or their previous one, is still open.
  if (session.reinviting) return transaction.respond(491)
  if (session.unacknowledged || session.phase !== 'confirmed') {
    return transaction.respond(500, { headers: [['retry-after', String(Math.ceil(Math.random() * 10))]] })
  }
  const timer = answerInterval(request, session.interval)
  if (timer.tooSmall) return transaction.respond(422, { headers: [minSessionExpires] })
  const answer = request.body === '' ? offerOnceMore(session) : reoffer(session, transaction)
  if (answer === null) return
  refreshTarget(session.dialog, request.headers)
  acceptInvite(session, transaction, { headers: timer.headers, body: answer }, (ack) => {
    // Their INVITE had no offer: our 200 carried the offer, and the ACK carries their answer.
    const theirs = request.body === '' ? sessionDescription(ack) : null
    if (theirs !== null) session.handlers().onReanswer?.(theirs)
  })
  keepRefreshed(session, timer.interval)
}

function onUpdate(session: Session, transaction: ServerTransaction): void {
  const { request } = transaction
  const timer = answerInterval(request, session.interval)
  if (timer.tooSmall) return transaction.respond(422, { headers: [minSessionExpires] })
  const contact: [string, string] = ['contact', session.dialog.contact]
  if (request.body === '') transaction.respond(200, { headers: [contact, ...timer.headers] })
  else {
    if (session.reinviting || session.unacknowledged) return transaction.respond(491)
    const answer = reoffer(session, transaction)
    if (answer === null) return
    transaction.respond(200, { headers: [contact, ...timer.headers, sdpType], body: answer })
  }
  refreshTarget(session.dialog, request.headers)
  keepRefreshed(session, timer.interval)
}

/** Returns our offer for the 200 to a re-INVITE without an offer (RFC 3261 section 14.2). */
function offerOnceMore(session: Session): string {
  session.localSdp = session.handlers().onOfferWanted?.() ?? session.localSdp
  return session.localSdp
}

/** Returns the owner's answer to their offer, or null after refusing it. */
function reoffer(session: Session, transaction: ServerTransaction): string | null {
  const offer = sessionDescription(transaction.request)
  if (offer === null) {
    transaction.respond(415, { headers: [['accept', 'application/sdp']] })
    return null
  }
  const answer = session.handlers().onReoffer?.(offer) ?? null
  if (answer === null) transaction.respond(488)
  else session.localSdp = answer
  return answer
}

function onInfo(session: Session, transaction: ServerTransaction): void {
  const { headers, body } = transaction.request
  const type = (header(headers, 'content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase()
  const dtmf = type === 'application/dtmf-relay' || type === 'application/dtmf'
  if (body !== '' && !dtmf) {
    return transaction.respond(415, { headers: [['accept', 'application/dtmf-relay, application/dtmf']] })
  }
  if (body.length > maxKeyLength) return transaction.respond(513)
  transaction.respond(200)
  const key = dtmf ? infoKey(body) : null
  if (key !== null) session.handlers().onInfoDtmf?.(key)
}

const numberedKeys = '0123456789*#ABCD'

const maxKeyLength = 1024

/** Returns the key in `Signal=5` (dtmf-relay) or `5` (dtmf); some send event numbers, 10 for `*` and 11 for `#`. */
function infoKey(body: string): string | null {
  const signals = body
    .split('\n')
    .map((line) => line.split('='))
    .filter(([name]) => name!.trim().toLowerCase() === 'signal')
  const signal = (signals[0]?.[1] ?? body).trim().split(/\s/, 1)[0]!
  if (/^[0-9*#A-D]$/i.test(signal)) return signal.toUpperCase()
  return /^1[0-5]$/.test(signal) ? numberedKeys[Number(signal)]! : null
}
