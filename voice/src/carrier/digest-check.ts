import { randomBytes, timingSafeEqual } from 'node:crypto'
import { digestResponse } from '../sip/digest.ts'

/** The server's half of RFC 7616, for one realm and one password that every account shares. */
export interface DigestCheck {
  /** Value of WWW-Authenticate. */
  challenge: string
  /** What an Authorization header is worth. */
  verdict(method: string, authorization: string | undefined): 'missing' | 'wrong' | 'right'
}

export function createDigestCheck(realm: string, password: string): DigestCheck {
  const nonce = randomBytes(16).toString('hex')

  return {
    challenge: `Digest realm="${realm}", nonce="${nonce}", algorithm=MD5, qop="auth"`,
    verdict(method, authorization) {
      const params = parseParams(authorization ?? '')
      if (params.get('nonce') !== nonce) return 'missing'
      const expected = digestResponse({
        challenge: { realm, nonce, algorithm: 'MD5', qop: 'auth', opaque: undefined, stale: false },
        username: params.get('username') ?? '',
        password,
        method,
        uri: params.get('uri') ?? '',
        cnonce: params.get('cnonce') ?? '',
        nc: Number.parseInt(params.get('nc') ?? '0', 16),
      })
      return isSame(expected, params.get('response') ?? '') ? 'right' : 'wrong'
    },
  }
}

const parseParams = (header: string) =>
  new Map(
    [...header.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map(([, name, quoted, plain]) => [
      name!,
      quoted ?? plain ?? '',
    ]),
  )

const isSame = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
