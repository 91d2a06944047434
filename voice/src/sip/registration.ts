import type { Timer } from '../clock.ts'
import type { Result } from './client-transaction.ts'
import { newTag } from './core.ts'
import type { Core } from './core.ts'
import { createAuthenticator } from './digest.ts'
import { exchange } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import { headerNumber, headerValues } from './headers.ts'
import type { Header } from './headers.ts'
import { domainOf } from './invite.ts'
import type { SipRequest } from './message.ts'
import { idleTimer } from './timer-wheel.ts'
import type { Registration, SipAccount } from './types.ts'
import { parseNameAddr, sipUri } from './uri.ts'

const wantedSeconds = 300
const firstRetryMs = 2000
const longestRetryMs = 300_000
const unregisterMs = 2000
/** Keeps the NAT binding open between refreshes (RFC 5626 section 4.4.1). */
const keepAliveMs = 25_000

/** REGISTERs of one account with one Contact, in sequence (RFC 3261 section 10). */
function createRegistrar(core: Core, account: SipAccount, contactUser: string) {
  const auth = createAuthenticator(account.username, account.password)
  const domain = domainOf(account)
  const callId = `${newTag()}@${core.local.host}`
  const localTag = newTag()
  const contactUri = sipUri(contactUser, core.local.host, core.local.port)
  let sequence = 0

  function build(seconds: number): SipRequest {
    const address = sipUri(account.username, domain)
    const headers: Header[] = [
      ['from', `<${address}>;tag=${localTag}`],
      ['to', `<${address}>`],
      ['call-id', callId],
      ['cseq', `${++sequence} REGISTER`],
      ['max-forwards', '70'],
      ['contact', `<${contactUri}>`],
      ['expires', String(seconds)],
      ['user-agent', core.userAgent],
    ]
    const port = account.domain === undefined ? account.port : undefined
    return { method: 'REGISTER', uri: sipUri('', domain, port), headers, body: '' }
  }

  return {
    send(seconds: number, onFinal: (result: Result) => void): Exchange {
      const destination = { host: account.host, port: account.port }
      return exchange(core, { build: () => build(seconds), destination, auth, onFinal })
    },
    /** What the registrar granted our Contact, in seconds. */
    granted(headers: readonly Header[]): number {
      const contacts = headerValues(headers, 'contact').map(parseNameAddr)
      // A registrar behind NAT may have rewritten our Contact; when it stands alone it is ours all the same.
      const ours =
        contacts.find((contact) => contact?.uri.startsWith(contactUri)) ?? (contacts.length === 1 ? contacts[0] : null)
      const expires = ours?.params.get('expires') ?? ''
      return /^\d{1,9}$/.test(expires) ? Number(expires) : (headerNumber(headers, 'expires') ?? wantedSeconds)
    },
  }
}

/** Keeps an account registered. See `UserAgent.register`. */
export function startRegistration(
  core: Core,
  account: SipAccount,
  onChange: (registration: Registration) => void,
): Registration {
  const registrar = createRegistrar(core, account, account.username)
  let state: Registration['state'] = 'registering'
  let detail: Registration['detail'] = {}
  let seconds = wantedSeconds
  let failures = 0
  let next: Timer = idleTimer
  let keepAlive: Timer = idleTimer
  let current: Exchange | null = null

  function change(to: Registration['state'], why: Registration['detail']): void {
    state = to
    detail = why
    onChange(registration)
  }

  function send(): void {
    current = registrar.send(seconds, onFinal)
  }

  function onFinal({ status, reason, response }: Result): void {
    current = null
    if (state === 'stopped') return
    if (response && status < 300) return onRegistered(registrar.granted(response.headers))
    keepAlive.cancel()
    const minimum = response ? headerNumber(response.headers, 'min-expires') : undefined
    if (status === 423 && minimum !== undefined && minimum > seconds && minimum <= 86_400) {
      seconds = minimum
      return send()
    }
    // 401 and 407 come here only after our credentials were refused: asking on would lock the account.
    if (status !== 401 && status !== 403 && status !== 407) {
      const retryAfter = response ? headerNumber(response.headers, 'retry-after') : undefined
      next = core.wheel.after(retryAfter ? retryAfter * 1000 : backoffMs(failures++), send)
    }
    change('failed', { status, reason })
  }

  function onRegistered(grantedSeconds: number): void {
    failures = 0
    // Spread over 50 to 85 % of the time, so that a thousand accounts do not refresh in one second.
    next = core.wheel.after(Math.max(grantedSeconds, 2) * 1000 * (0.5 + 0.35 * Math.random()), send)
    keepAlive.cancel()
    keepAliveAfter(keepAliveMs)
    change('registered', { status: 200, expiresAt: core.clock.now() + grantedSeconds * 1000 })
  }

  function keepAliveAfter(ms: number): void {
    keepAlive = core.wheel.after(ms, () => {
      core.resolve(account.host, (host) => {
        if (host !== null) core.send('\r\n\r\n', { host, port: account.port })
      })
      keepAliveAfter(ms)
    })
  }

  const registration: Registration = {
    get state() {
      return state
    },
    get detail() {
      return detail
    },
    stop() {
      if (state === 'stopped') return Promise.resolve()
      const bound = state === 'registered' || current !== null
      next.cancel()
      keepAlive.cancel()
      current?.abandon()
      change('stopped', {})
      return bound ? unregister(core, registrar) : Promise.resolve()
    },
  }
  send()
  return registration
}

function unregister(core: Core, registrar: ReturnType<typeof createRegistrar>): Promise<void> {
  return new Promise((resolve) => {
    const leaving = registrar.send(0, () => {
      deadline.cancel()
      resolve()
    })
    const deadline = core.wheel.after(unregisterMs, () => {
      leaving.abandon()
      resolve()
    })
  })
}

/** 2 s, doubled up to 5 minutes, of which a random half is taken off. */
function backoffMs(failures: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures, 10)) * (0.5 + 0.5 * Math.random())
}

/** See `UserAgent.tryRegister`. Its Contact is its own: trying an account leaves a live registration alone. */
export function tryRegistration(
  core: Core,
  account: SipAccount,
  timeoutMs: number,
): Promise<{ status: number; reason: string }> {
  const registrar = createRegistrar(core, account, `try-${newTag()}`)
  return new Promise((resolve) => {
    let seconds = 60
    let trying = send()
    const deadline = core.wheel.after(timeoutMs, () => {
      trying.abandon()
      resolve({ status: 408, reason: 'Request Timeout' })
    })

    function send(): Exchange {
      return registrar.send(seconds, ({ status, reason, response }) => {
        const minimum = response ? headerNumber(response.headers, 'min-expires') : undefined
        if (status === 423 && minimum !== undefined && minimum > seconds && minimum <= 86_400) {
          seconds = minimum
          trying = send()
          return
        }
        deadline.cancel()
        const tried = { status, reason }
        if (response && status < 300) void unregister(core, registrar).then(() => resolve(tried))
        else resolve(tried)
      })
    }
  })
}
