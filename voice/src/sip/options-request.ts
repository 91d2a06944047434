import { accountHop, accountUri, domainOf } from './account.ts'
import { newTag } from './message/identifiers.ts'
import type { Core } from './core.ts'
import { createAuthenticator } from './digest.ts'
import { exchange } from './exchange.ts'
import type { Header } from './message/headers.ts'
import type { SipAccount } from './types.ts'
import { sipUri } from './message/uri.ts'

/** Sends one OPTIONS. See `UserAgent.options`. */
export function sendOptions(core: Core, account: SipAccount, timeoutMs: number): Promise<number> {
  const domain = domainOf(account)
  const destination = accountHop(account)
  const localTag = newTag()
  const callId = `${newTag()}@${core.local.host}`
  let sequence = 0
  const headers = (): Header[] => [
    ['from', `<${sipUri(account.username, domain)}>;tag=${localTag}`],
    ['to', `<${sipUri('', domain)}>`],
    ['call-id', callId],
    ['cseq', `${++sequence} OPTIONS`],
    ['max-forwards', '70'],
    ['contact', `<${core.local.contact(account.username, destination)}>`],
    ['user-agent', core.userAgent],
  ]
  return new Promise((resolve, reject) => {
    const asking = exchange(core, {
      build: () => ({ method: 'OPTIONS', uri: accountUri(account, ''), headers: headers(), body: '' }),
      destination,
      auth: createAuthenticator(account.username, account.password),
      onFinal({ status, reason, response }) {
        deadline.cancel()
        const { address } = asking.current
        // Over TLS the address that the peer sees is our only one; for other transports the registration finds it.
        if (response && address?.protocol === 'tls') core.local.learn(destination, address, response.via)
        if (!response && status === 503) reject(new Error(reason))
        else resolve(status)
      },
    })
    const deadline = core.wheel.after(timeoutMs, () => {
      asking.expire()
      resolve(408)
    })
  })
}
