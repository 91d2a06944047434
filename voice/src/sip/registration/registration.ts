import type { Timer } from '../../clock.ts'
import { accountHop } from '../account.ts'
import type { Result } from '../transaction/client-transaction.ts'
import type { Core } from '../core.ts'
import type { Exchange } from '../exchange.ts'
import { headerNumber } from '../message/headers.ts'
import { startKeepAlive } from '../transport/keep-alive.ts'
import type { KeepAlive } from '../transport/keep-alive.ts'
import type { ReceivedResponse } from '../message/message.ts'
import { createRegistrar, longerTime, wantedSeconds } from './registrar.ts'
import { idleTimer } from '../transaction/timer-wheel.ts'
import { isReliable } from '../transport/transport.ts'
import type { Registration, SipAccount } from '../types.ts'

const firstRetryMs = 1000
/** Each wait is this much longer than the last: a registrar that was unreachable for a time is found within half that time. */
const retryGrowth = 1.5
const longestRetryMs = 60_000
/** Spreads the accounts of a registrar that responds again, so that they do not all register at once. */
const renewWithinMs = 500
/** The longest Retry-After that is followed. */
const longestRetryAfterMs = 3_600_000

/** Keeps an account registered. See `UserAgent.register`. */
export function startRegistration(
  core: Core,
  account: SipAccount,
  onChange: (registration: Registration) => void,
): Registration {
  const destination = accountHop(account)
  const registrar = createRegistrar(core, account, account.username)
  let state: Registration['state'] = 'registering'
  let detail: Registration['detail'] = {}
  let seconds = wantedSeconds
  /** A 423 has just raised the time: another 423 counts as a refusal. */
  let prolonged = false
  let failures = 0
  let next: Timer = idleTimer
  let expiry: Timer = idleTimer
  let keepAlive: KeepAlive | null = null
  let answersPings = false
  let current: Exchange | null = null
  /** The Contact has just been corrected to the address that the registrar sees: another change waits for the refresh. */
  let corrected = false
  let refused = false
  /** The address from which a request would show that the registrar responds again. */
  let awaited: string | null = null

  function change(to: Registration['state'], why: Registration['detail']): void {
    state = to
    detail = why
    onChange(registration)
  }

  function awaitSignOf(host: string | null): void {
    const waiting = awaited === null ? undefined : core.awaited.get(awaited)
    waiting?.delete(renew)
    if (waiting?.size === 0) core.awaited.delete(awaited!)
    awaited = host
    if (host !== null) core.awaited.set(host, (core.awaited.get(host) ?? new Set()).add(renew))
  }

  function renew(): void {
    if (state === 'stopped' || refused || current !== null) return
    awaitSignOf(null)
    next.cancel()
    next = core.wheel.after(Math.random() * renewWithinMs, send)
  }

  function send(): void {
    awaitSignOf(null)
    next.cancel()
    current = registrar.send(seconds, onFinal)
  }

  function onFinal(result: Result): void {
    const { status, reason, response } = result
    const address = current?.current.address ?? null
    current = null
    if (state === 'stopped') return
    if (response && status < 300) {
      const moved = address !== null && core.local.learn(destination, address, response.via)
      return onRegistered(response, moved)
    }
    const longer = prolonged ? null : longerTime(result, seconds)
    prolonged = longer !== null
    if (longer !== null) {
      seconds = longer
      return send()
    }
    const { expiresAt } = detail
    // 401 and 407 come here only after our credentials were refused: more tries would lock the account.
    refused = status === 401 || status === 403 || status === 407
    if (!refused) {
      const retryAfter = response ? headerNumber(response.headers, 'retry-after') : undefined
      if (address && !retryAfter) awaitSignOf(address.host)
      const waitMs = retryAfter ? Math.min(retryAfter * 1000, longestRetryAfterMs) : backoffMs(failures++)
      next = core.wheel.after(waitMs, send)
    }
    // A missing response may be due to a broken connection that was not detected.
    if (status === 408 && address && isReliable(address.protocol)) core.drop(address, new Error('No answer'))
    const mayStillBeBound = status === 408 || (response !== null && status >= 500)
    if (mayStillBeBound && expiresAt !== undefined && expiresAt > core.clock.now()) {
      change('registered', { status, reason, expiresAt })
    } else {
      expiry.cancel()
      keepAlive?.stop()
      change('failed', { status, reason })
    }
  }

  function onRegistered(response: ReceivedResponse, moved: boolean): void {
    const grantedMs = registrar.granted(response) * 1000
    failures = 0
    prolonged = false
    expiry.cancel()
    expiry = core.wheel.after(grantedMs, () => {
      keepAlive?.stop()
      change('failed', { ...(detail.status !== 200 && detail), reason: detail.reason ?? 'The registration expired' })
    })
    keepAlive?.stop()
    keepAlive = startKeepAlive(core, destination, answersPings, onLost)
    const correct = moved && !corrected
    corrected = correct
    // Spread over 50 to 85 % of the time, so that a thousand accounts do not refresh in one second.
    if (!correct) next = core.wheel.after(Math.max(grantedMs, 2000) * (0.5 + 0.35 * Math.random()), send)
    change('registered', { status: 200, expiresAt: core.clock.now() + grantedMs })
    if (correct) send()
  }

  /** Calls to us came over this connection: register over a new one soon, but not all accounts at once. */
  function onLost(_why: Error, answered: boolean): void {
    answersPings = answered
    if (current === null) {
      next.cancel()
      next = core.wheel.after(Math.random() * firstRetryMs, send)
    }
  }

  const registration: Registration = {
    get state() {
      return state
    },
    get detail() {
      return detail
    },
    renew,
    async stop() {
      if (state === 'stopped') return
      awaitSignOf(null)
      const bound = state === 'registered' || current !== null
      next.cancel()
      expiry.cancel()
      keepAlive?.stop()
      current?.abandon()
      change('stopped', {})
      if (bound) await registrar.remove()
      core.local.forget(destination)
    },
  }
  send()
  return registration
}

/** Returns 1 s, growing up to 1 minute, minus up to a half at random. */
function backoffMs(failures: number): number {
  return Math.min(longestRetryMs, firstRetryMs * retryGrowth ** Math.min(failures, 20)) * (0.5 + 0.5 * Math.random())
}
