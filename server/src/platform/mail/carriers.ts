import type { Config } from '../../config.ts'
import type { Outbound } from '../outbound.ts'
import type { Services } from '../services.ts'

/** One message on its way. */
interface Parcel {
  id: string
  to: string
  subject: string
  text: string
}

/** Throws `Undeliverable` when trying again cannot help, anything else when it may. */
export type Carry = (parcel: Parcel) => Promise<void>

/** The carrier of each kind of message. Null: no carrier, so messages are stored. */
export interface Carriers {
  email: Carry | null
  sms: Carry | null
}

/** Refused for good. */
export class Undeliverable extends Error {}

const made = new WeakMap<Config, Carriers>()

/** This installation's carriers: SMTP by `SMTP_URL`, SMS by `SMS_URL`. */
export function carriersOf({ config, outbound }: Pick<Services, 'config' | 'outbound'>): Carriers {
  let carriers = made.get(config)
  if (!carriers) {
    const { smtpUrl, smsUrl, from, smsToken } = config.mail
    carriers = {
      email: smtpUrl ? createSmtp(smtpUrl, from) : null,
      sms: smsUrl ? createSmsHook(outbound, smsUrl, smsToken) : null,
    }
    made.set(config, carriers)
  }
  return carriers
}

const isLoopback = (host: string) => host === 'localhost' || host === '[::1]' || host.startsWith('127.')

/** Each mail over a connection of its own: a few a minute, and nothing to look after in between. */
function createSmtp(url: string, from: string): Carry {
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const options = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    // A password never travels in the clear beyond this machine.
    requireTLS: !secure && username !== '' && !isLoopback(hostname),
    ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
  const domain = /@([\w.-]+)>?$/.exec(from)?.[1] ?? 'localhost'
  return async ({ id, to, subject, text }) => {
    // With the first mail: most processes send none, and it is a large program to load.
    const { createTransport } = await import('nodemailer')
    try {
      await createTransport(options).sendMail({
        from,
        // As an object the address is one, whatever characters are in it.
        to: { name: '', address: to },
        subject,
        text,
        messageId: `<${id}@${domain}>`,
        // No out-of-office answers (RFC 3834).
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    } catch (error) {
      // A 5xx answer is final (RFC 5321 4.2.1), unless it is about our own password.
      const { responseCode, code, message } = error as Error & { responseCode?: number; code?: string }
      if (responseCode !== undefined && responseCode >= 500 && code !== 'EAUTH') {
        throw new Undeliverable(message, { cause: error })
      }
      throw error
    }
  }
}

/** Posts `{ id, to, text }` as JSON; any 2xx is taken for sent, other 4xx than 408 and 429 are final. */
function createSmsHook(outbound: Outbound, url: string, token: string | null): Carry {
  return async ({ id, to, text }) => {
    const { status } = await outbound.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ id, to, text }),
    })
    if (status >= 200 && status < 300) return
    const said = `The SMS provider answered ${status}.`
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) throw new Undeliverable(said)
    throw new Error(said)
  }
}
