import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { cookie, isSecure, readCookie } from '../../../platform/http/cookie.ts'
import { freshSecret } from '../../../platform/oauth/attempt.ts'
import type { Services } from '../../../platform/services.ts'

// Device cookies (OWASP, "Slow down online guessing attacks with device cookies"): a browser in which a user has signed
// in before has its own failure count, so that attackers on other devices cannot lock the user out.

const lifeSeconds = 365 * 24 * 60 * 60

const nameOf = ({ config }: Services) => `${isSecure(config) ? '__Host-' : ''}sb_device`

const macOf = ({ secrets }: Services, device: string, email: string) =>
  createHmac('sha256', secrets.derive('identity.known_devices'))
    .update(JSON.stringify([device, email.toLowerCase()]))
    .digest('base64url')

/** Set-Cookie for a browser in which the account of this address has just signed in, with any method. */
export function knownDeviceCookie(services: Services, email: string): string {
  const device = freshSecret()
  const value = `${device}.${macOf(services, device, email)}`
  return cookie(services.config, nameOf(services), value, `Path=/; Max-Age=${lifeSeconds}; SameSite=Strict`)
}

/** Returns the id of the device if the account of this address has signed in on it before. */
export function knownDeviceOf(services: Services, headers: IncomingHttpHeaders, email: string): string | undefined {
  const [device = '', mac = ''] = readCookie(headers, nameOf(services))?.split('.', 2) ?? []
  const [given, wanted] = [Buffer.from(mac), Buffer.from(macOf(services, device, email))]
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? device : undefined
}
