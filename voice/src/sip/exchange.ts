import { startClientTransaction } from './transaction/client-transaction.ts'
import type { ClientTransaction, Result } from './transaction/client-transaction.ts'
import type { Core } from './core.ts'
import type { Attempts, Authenticator } from './digest.ts'
import type { ReceivedResponse, SipRequest } from './message/message.ts'
import type { Hop } from './transport/transport.ts'

export interface ExchangeOptions {
  /** A new request (with the next CSeq) for every try; credentials are added to it. */
  build(): SipRequest
  destination: Hop
  auth: Authenticator | null
  onProvisional?(response: ReceivedResponse): void
  /** Returns true for a response, other than a challenge, after which to try again. */
  shouldRetry?(response: ReceivedResponse): boolean
  /** A 401 or 407 here means that the credentials were refused. */
  onFinal(result: Result): void
}

/** A request with its answers to digest challenges: one transaction per try, at most a few tries. */
export interface Exchange {
  /** The transaction of the latest try. */
  readonly current: ClientTransaction
  /** The next challenge is final. */
  stopRetrying(): void
  /** Ends the exchange as timed out. */
  expire(): void
  abandon(): void
}

export function exchange(core: Core, options: ExchangeOptions): Exchange {
  const attempts: Attempts = new Map()
  let retrying = true
  let current = start()

  function start(): ClientTransaction {
    const request = options.build()
    if (options.auth) request.headers.push(...options.auth.headers(request.method, request.uri, request.body))
    return startClientTransaction(core, request, options.destination, {
      onProvisional: (response) => options.onProvisional?.(response),
      onFinal(result) {
        const { response } = result
        const challenged = response && (response.status === 401 || response.status === 407)
        // Eight realms on one path do not occur; this stops a server that invents a new one each time.
        const answerable = challenged && retrying && attempts.size < 8 && options.auth?.challenged(response, attempts)
        const again = answerable || (response && retrying && options.shouldRetry?.(response))
        if (again) current = start()
        else options.onFinal(result)
      },
    })
  }

  return {
    get current() {
      return current
    },
    stopRetrying() {
      retrying = false
    },
    expire() {
      const { destination, address, proceeding } = current
      if (address && !proceeding) core.passOver(destination.host, address.host)
      current.abandon()
    },
    abandon: () => current.abandon(),
  }
}
