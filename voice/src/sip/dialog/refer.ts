import type { Header } from '../message/headers.ts'
import { header } from '../message/headers.ts'
import { parseNameAddr, sipUri } from '../message/uri.ts'
import type { ServerTransaction } from '../transaction/server-transaction.ts'
import { lost, request } from './session.ts'
import type { Session } from './session.ts'
import { reasonPhrase } from '../message/serialise.ts'

/** Sends a REFER to `to` (RFC 3515) and calls back with the status of the REFER itself. */
export function refer(session: Session, to: string, done: (status: number) => void): void {
  const uri = /^(sips?|tel):/i.test(to) ? to : sipUri(to, session.domain)
  const referredBy = parseNameAddr(session.dialog.localAddress)?.uri ?? ''
  const headers: Header[] = [
    ['refer-to', `<${uri}>`],
    ['referred-by', `<${referredBy}>`],
  ]
  request(session, 'REFER', headers, '', ({ status }) => {
    if (status === 408 || status === 481) lost(session)
    done(status)
  })
}

/** Handles a NOTIFY about our REFER. Returns the status line in its sipfrag (RFC 3420), or null. */
function sipfragStatus(body: string): number | null {
  const match = /^\s*SIP\/2\.0\s+([1-6]\d\d)/i.exec(body)
  return match ? Number(match[1]) : null
}

export function onNotify(session: Session, transaction: ServerTransaction): void {
  const { headers, body } = transaction.request
  if (!/^\s*refer\s*(;|$)/i.test(header(headers, 'event') ?? '')) {
    transaction.respond(489, { headers: [['allow-events', 'refer']] })
    return
  }
  transaction.respond(200)
  const status = sipfragStatus(body)
  if (status !== null) session.handlers().onReferProgress?.(status)
}

/** Handles a REFER of the other side: refused unless the owner accepts it. */
export function onRefer(session: Session, transaction: ServerTransaction): void {
  const handlers = session.handlers()
  const target = parseNameAddr(header(transaction.request.headers, 'refer-to') ?? '')
  if (!handlers.onRefer) return transaction.respond(603)
  if (!target) return transaction.respond(400, { reason: 'Refer-To is missing or malformed' })
  let subscribed = true
  const notify = (status: number): void => {
    if (!subscribed || session.phase === 'ended') return
    subscribed = status < 200
    const headers: Header[] = [
      ['event', 'refer'],
      ['subscription-state', subscribed ? 'active;expires=60' : 'terminated;reason=noresource'],
      ['content-type', 'message/sipfrag;version=2.0'],
    ]
    request(session, 'NOTIFY', headers, `SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`, () => {
      // A lost NOTIFY does not affect the call: the other side may renew the subscription.
    })
  }
  const status = handlers.onRefer(target.uri, notify)
  if (status >= 300) subscribed = false
  transaction.respond(status, { headers: [['contact', session.dialog.contact]] })
}
