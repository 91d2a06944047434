import type { Timer } from '../../clock.ts'
import type { Result } from '../transaction/client-transaction.ts'
import { T1, T2, transactionLifeMs } from '../transaction/timing.ts'
import type { Core } from '../core.ts'
import { allowedMethods, dialogDestination, dialogRequest, refreshTarget, sendAck } from './dialog.ts'
import type { Dialog } from './dialog.ts'
import type { Authenticator } from '../digest.ts'
import { exchange } from '../exchange.ts'
import type { Header } from '../message/headers.ts'
import type { ReceivedRequest } from '../message/message.ts'
import { sessionDescription } from '../message/session-description.ts'
import type { ServerTransaction } from '../transaction/server-transaction.ts'
import { askForInterval, intervalOfAnswer, longerInterval } from './session-timer.ts'
import type { SessionInterval } from './session-timer.ts'
import { idleTimer } from '../transaction/timer-wheel.ts'
import { SipFailure } from '../types.ts'
import type { InviteHandlers } from '../types.ts'

/** One call between two parties, from the first tagged response to BYE. */
export interface Session {
  readonly core: Core
  readonly dialog: Dialog
  readonly auth: Authenticator | null
  /** We sent the INVITE: we own the Call-ID, which decides who waits longer after a glare. */
  readonly caller: boolean
  /** The domain for REFER targets that are only a user part. */
  readonly domain: string
  readonly handlers: () => InviteHandlers
  phase: 'early' | 'confirmed' | 'ended'
  /** Our latest description, for refreshes and offerless re-INVITEs. */
  localSdp: string
  /** The other side accepts UPDATE. */
  updates: boolean
  /** A re-INVITE of ours is in progress. */
  reinviting: boolean
  /** A 2xx of ours that waits for its ACK. */
  unacknowledged: { sequence: number; onAck: (request: ReceivedRequest) => void; stop: () => void } | null
  /** Resends the ACK of an INVITE, by CSeq, when its 2xx is repeated. */
  readonly acks: Map<number, () => void>
  refresh: Timer
  /** The session timer agreed on. */
  interval: SessionInterval | null
  /** Runs once, when the session has ended. */
  readonly onEnded: () => void
}

export type SessionOptions = Pick<
  Session,
  'core' | 'dialog' | 'auth' | 'caller' | 'domain' | 'handlers' | 'localSdp' | 'updates' | 'onEnded'
>

export function createSession(options: SessionOptions): Session {
  return {
    ...options,
    phase: 'early',
    reinviting: false,
    unacknowledged: null,
    acks: new Map(),
    refresh: idleTimer,
    interval: null,
  }
}

export const invitationHeaders: Header[] = [
  ['allow', allowedMethods],
  ['supported', 'timer'],
]

export const sdpType: Header = ['content-type', 'application/sdp']

/** A request of ours inside the dialog, digest challenges answered. */
export function request(
  session: Session,
  method: string,
  extra: Header[],
  body: string,
  onFinal: (result: Result) => void,
): void {
  exchange(session.core, {
    build: () => dialogRequest(session.dialog, method, extra, body),
    destination: dialogDestination(session.core, session.dialog),
    auth: session.auth,
    onFinal,
  })
}

/** Marks the session ended. Returns true the first time. */
export function end(session: Session): boolean {
  if (session.phase === 'ended') return false
  session.phase = 'ended'
  session.refresh.cancel()
  session.onEnded()
  return true
}

/** Sends BYE. Calls back when it was answered or timed out. */
export function bye(session: Session, done: () => void = () => {}): void {
  const waiting = session.unacknowledged
  if (!end(session)) return done()
  // A BYE lost with its connection is sent once more over a new one, or the other side would not know.
  const send = (): void =>
    request(session, 'BYE', [], '', ({ status, response }) => {
      if (status === 503 && !response) request(session, 'BYE', [], '', done)
      else done()
    })
  if (session.caller) waiting?.stop()
  if (!waiting || session.caller) return send()
  // A callee sends no BYE before the ACK has arrived or timed out (section 15).
  const acknowledged = waiting.onAck
  const giveUp = session.core.wheel.after(transactionLifeMs, () => {
    waiting.stop()
    send()
  })
  waiting.onAck = (ack) => {
    acknowledged(ack)
    giveUp.cancel()
    send()
  }
}

/** Ends a session that was lost without a BYE: sends one, in case the other side still has it, and notifies the owner. */
export function lost(session: Session): void {
  if (session.phase === 'ended') return
  bye(session)
  session.handlers().onBye?.()
}

const glareTries = 3

/** Sends a re-INVITE with this offer; a refresh repeats the current one. */
export function reinvite(
  session: Session,
  sdp: string,
  extra: Header[] = session.interval?.weRefresh ? askForInterval(session.interval.seconds) : [],
  triesLeft = glareTries,
): Promise<string> {
  if (session.phase !== 'confirmed') return Promise.reject(new SipFailure(481, 'The call is not established'))
  if (session.reinviting || session.unacknowledged) return Promise.reject(new SipFailure(491, 'Request Pending'))
  session.reinviting = true
  return new Promise((resolve, reject) => {
    const tried = exchange(session.core, {
      build: () => dialogRequest(session.dialog, 'INVITE', [...invitationHeaders, ...extra, sdpType], sdp),
      destination: dialogDestination(session.core, session.dialog),
      auth: session.auth,
      onProvisional: () => tried.current.expireIn(transactionLifeMs),
      onFinal({ status, reason, response }) {
        session.reinviting = false
        if (response && status < 300) {
          refreshTarget(session.dialog, response.headers)
          // An older 2xx cannot arrive any more.
          session.acks.clear()
          session.acks.set(response.cseq, sendAck(session.core, session.dialog, tried.current.request))
          session.localSdp = sdp
          keepRefreshed(session, intervalOfAnswer(response.headers))
          resolve(sessionDescription(response) ?? '')
        } else if (status === 491 && triesLeft > 1 && session.phase === 'confirmed') {
          session.core.wheel.after(glareDelayMs(session.caller), () => {
            reinvite(session, sdp, extra, triesLeft - 1).then(resolve, reject)
          })
        } else {
          // Section 12.2.1.2: these statuses end the dialog.
          if (status === 408 || status === 481) lost(session)
          const longer = response && longerInterval(status, response.headers, 0)
          reject(new SipFailure(status, reason, longer ?? undefined))
        }
      },
    })
  })
}

/** Section 14.1: the owner of the Call-ID waits 2.1 to 4 s, the other side 0 to 2 s, so that they do not collide again. */
function glareDelayMs(owner: boolean): number {
  return owner ? 2100 + Math.random() * 1900 : Math.random() * 2000
}

/** RFC 4028: refresh at half the interval, or end the call when the other side does not refresh. */
export function keepRefreshed(session: Session, interval: SessionInterval | null): void {
  session.refresh.cancel()
  session.interval = interval
  if (!interval || session.phase === 'ended') return
  const { seconds, weRefresh } = interval
  if (!weRefresh) {
    const graceSeconds = Math.min(32, seconds / 3)
    session.refresh = session.core.wheel.after((seconds - graceSeconds) * 1000, () => lost(session))
    return
  }
  refreshAfter(session, seconds, seconds * 500)
}

function refreshAfter(session: Session, seconds: number, delayMs: number): void {
  session.refresh = session.core.wheel.after(delayMs, () => {
    if (session.updates) refreshByUpdate(session, seconds)
    else refreshByInvite(session, seconds)
  })
}

/** A refused refresh does not end the call: the other half of the interval remains for more tries. */
function refreshAgain(session: Session, seconds: number): void {
  if (session.phase === 'confirmed') refreshAfter(session, seconds, Math.min(seconds * 100, 30_000))
}

/** `mayLengthen`: a 422 is followed, once. */
function refreshByUpdate(session: Session, seconds: number, mayLengthen = true): void {
  const headers: Header[] = [['supported', 'timer'], ...askForInterval(seconds)]
  request(session, 'UPDATE', headers, '', ({ status, response }) => {
    if (session.phase === 'ended') return
    const longer = response && mayLengthen && longerInterval(status, response.headers, seconds)
    if (response && status < 300) {
      refreshTarget(session.dialog, response.headers)
      keepRefreshed(session, intervalOfAnswer(response.headers))
    } else if (longer) refreshByUpdate(session, longer, false)
    else if (status === 408 || status === 481) lost(session)
    else {
      // Some list UPDATE and refuse it.
      if (status === 405 || status === 501 || status === 420) session.updates = false
      refreshAgain(session, seconds)
    }
  })
}

function refreshByInvite(session: Session, seconds: number, mayLengthen = true): void {
  reinvite(session, session.localSdp, askForInterval(seconds)).then(
    (sdp) => {
      if (sdp !== '') session.handlers().onReanswer?.(sdp)
    },
    (error: unknown) => {
      const longer = error instanceof SipFailure ? error.minSessionSeconds : undefined
      if (mayLengthen && longer !== undefined && longer > seconds && session.phase === 'confirmed')
        refreshByInvite(session, longer, false)
      else refreshAgain(session, seconds)
    },
  )
}

/** Sends 200 to an INVITE and repeats it until its ACK arrives; without an ACK the call is lost (section 13.3.1.4). */
export function acceptInvite(
  session: Session,
  transaction: ServerTransaction,
  reply: { headers: Header[]; body: string; toTag?: string },
  onAck: (request: ReceivedRequest) => void,
): void {
  const { core } = session
  const contact: Header = ['contact', session.dialog.contact]
  transaction.respond(200, { ...reply, headers: [contact, ...invitationHeaders, ...reply.headers, sdpType] })
  let repetition: Timer = idleTimer
  const repeatAfter = (ms: number): void => {
    repetition = core.wheel.after(ms, () => {
      transaction.repeat()
      repeatAfter(Math.min(ms * 2, T2))
    })
  }
  repeatAfter(T1)
  const stop = (): void => {
    repetition.cancel()
    deadline.cancel()
    session.unacknowledged = null
  }
  const deadline = core.wheel.after(transactionLifeMs, () => {
    stop()
    lost(session)
  })
  session.unacknowledged = {
    sequence: transaction.request.cseq,
    stop,
    onAck(ack) {
      stop()
      onAck(ack)
    },
  }
}

/** Handles an ACK for our 2xx; other ACKs are retransmissions. */
export function acknowledge(session: Session, ack: ReceivedRequest): void {
  if (session.unacknowledged?.sequence === ack.cseq) session.unacknowledged.onAck(ack)
}
