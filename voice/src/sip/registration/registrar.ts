import { accountHop, domainOf } from '../account.ts'
import type { Result } from '../transaction/client-transaction.ts'
import { newTag } from '../message/identifiers.ts'
import type { Core } from '../core.ts'
import { createAuthenticator } from '../digest.ts'
import { exchange } from '../exchange.ts'
import type { Exchange } from '../exchange.ts'
import { headerNumber, headerValues } from '../message/headers.ts'
import type { Header } from '../message/headers.ts'
import type { ReceivedResponse, SipRequest } from '../message/message.ts'
import type { SipAccount } from '../types.ts'
import { parseNameAddr, sipUri } from '../message/uri.ts'

/** The requested duration of a binding. */
export const wantedSeconds = 300
const unregisterMs = 2000
/** The durations that a registrar may grant. */
const longestSeconds = 86_400

/** Sends the REGISTERs of one account with one Contact, in sequence (RFC 3261 section 10). */
export interface Registrar {
  /** Registers. A Contact that has changed since is removed in the same request. */
  send(seconds: number, onFinal: (result: Result) => void): Exchange
  /** Returns the seconds that the registrar granted our Contact. */
  granted(response: ReceivedResponse): number
  /** Removes the Contact. Resolves when that was answered, or after 2 s. */
  remove(): Promise<void>
}

export function createRegistrar(core: Core, account: SipAccount, contactUser: string): Registrar {
  const auth = createAuthenticator(account.username, account.password)
  const domain = domainOf(account)
  const destination = accountHop(account)
  const callId = `${newTag()}@${core.local.host}`
  const localTag = newTag()
  let sequence = 0
  let contact = core.local.contact(contactUser, destination)
  /** The Contact that the registrar may still have. */
  let outdated: string | null = null

  function build(seconds: number): SipRequest {
    const address = sipUri(account.username, domain)
    const headers: Header[] = [
      ['from', `<${address}>;tag=${localTag}`],
      ['to', `<${address}>`],
      ['call-id', callId],
      ['cseq', `${++sequence} REGISTER`],
      ['max-forwards', '70'],
      ['contact', `<${contact}>`],
    ]
    if (outdated !== null) headers.push(['contact', `<${outdated}>;expires=0`])
    headers.push(['expires', String(seconds)], ['user-agent', core.userAgent])
    const port = account.domain === undefined ? account.port : undefined
    return { method: 'REGISTER', uri: sipUri('', domain, port), headers, body: '' }
  }

  function send(seconds: number, onFinal: (result: Result) => void): Exchange {
    const now = core.local.contact(contactUser, destination)
    if (now !== contact) {
      if (sequence > 0) outdated = contact
      contact = now
    }
    return exchange(core, {
      build: () => build(seconds),
      destination,
      auth,
      onFinal(result) {
        if (result.response && result.status < 300) outdated = null
        onFinal(result)
      },
    })
  }

  return {
    send,
    granted({ headers }) {
      const contacts = headerValues(headers, 'contact').map(parseNameAddr)
      // A registrar behind NAT may have rewritten our Contact; a single Contact is still ours.
      const ours =
        contacts.find((each) => each?.uri === contact || each?.uri.startsWith(`${contact};`)) ??
        (contacts.length === 1 ? contacts[0] : null)
      const expires = ours?.params.get('expires') ?? ''
      const seconds = /^\d{1,9}$/.test(expires) ? Number(expires) : (headerNumber(headers, 'expires') ?? wantedSeconds)
      return Math.min(seconds, longestSeconds)
    },
    remove: () =>
      new Promise((resolve) => {
        const leaving = send(0, () => {
          deadline.cancel()
          resolve()
        })
        const deadline = core.wheel.after(unregisterMs, () => {
          leaving.abandon()
          resolve()
        })
      }),
  }
}

/** Returns the longer time that a 423 requires, when it is reasonable; else null. */
export function longerTime({ status, response }: Result, seconds: number): number | null {
  if (status !== 423 || !response) return null
  const minimum = headerNumber(response.headers, 'min-expires')
  return minimum !== undefined && minimum > seconds && minimum <= longestSeconds ? minimum : null
}

/** See `UserAgent.tryRegister`. It uses a separate Contact, so that testing an account does not affect its registration. */
export function tryRegistration(
  core: Core,
  account: SipAccount,
  timeoutMs: number,
): Promise<{ status: number; reason: string }> {
  const registrar = createRegistrar(core, account, `try-${newTag()}`)
  return new Promise((resolve, reject) => {
    const firstSeconds = 60
    let seconds = firstSeconds
    let trying = send()
    const deadline = core.wheel.after(timeoutMs, () => {
      trying.expire()
      resolve({ status: 408, reason: 'Request Timeout' })
    })

    function send(): Exchange {
      return registrar.send(seconds, (result) => {
        const { status, reason, response } = result
        const longer = seconds === firstSeconds ? longerTime(result, seconds) : null
        if (longer !== null) {
          seconds = longer
          trying = send()
          return
        }
        deadline.cancel()
        const tried = { status, reason }
        if (response && status < 300) void registrar.remove().then(() => resolve(tried))
        else if (!response && status === 503) reject(new Error(reason))
        else resolve(tried)
      })
    }
  })
}
