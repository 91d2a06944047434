import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen } from './listen.ts'

/**
 * A real OpenID provider that insists on PKCE and its client's secret, and sends `iss` (RFC 9207). `people`: claims by
 * the name they log in with. The client is `switchboard`, its secret `acme-secret`.
 */
export async function startOpenIdProvider(people: Record<string, object>, callback: string): Promise<string> {
  // It brings no types, and a name that is not a constant is not looked for any.
  const packageName: string = 'oidc-provider'
  const { Provider } = await import(packageName)
  const { server, url } = await listen()
  const provider = new Provider(url, {
    clients: [{ client_id: 'switchboard', client_secret: 'acme-secret', redirect_uris: [callback] }],
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture'] },
    pkce: { required: () => true },
    cookies: { keys: ['a key of the test'] },
    features: { devInteractions: { enabled: true } },
    ttl: { AccessToken: 3600, Grant: 3600, Session: 3600, Interaction: 600, IdToken: 3600 },
  })
  server.on('request', provider.callback())
  return url
}

export const base64url = (value: object | Buffer) =>
  (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))).toString('base64url')
const ownKey = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** The false claims of the lying provider in its next login. */
export interface Lie {
  claims?: object
  header?: object
  key?: typeof ownKey
  token?: (token: string) => string
}

/** An OpenID provider whose id tokens are as the test wants them. Agrees at once. */
export async function startLyingProvider() {
  let lie: Lie = {}
  const nonces = new Map<string, string>()
  const { server, url } = await listen()
  server.on('request', async (request: IncomingMessage, response) => {
    const at = new URL(request.url ?? '', url)
    const json = (value: object) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
    if (at.pathname === '/.well-known/openid-configuration') {
      json({
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      })
    } else if (at.pathname === '/keys') {
      json({ keys: [{ ...ownKey.publicKey.export({ format: 'jwk' }), kid: 'own', alg: 'RS256', use: 'sig' }] })
    } else if (at.pathname === '/authorize') {
      const code = `code-${nonces.size}`
      nonces.set(code, at.searchParams.get('nonce') ?? '')
      const back = new URL(at.searchParams.get('redirect_uri') ?? '')
      back.searchParams.set('code', code)
      back.searchParams.set('state', at.searchParams.get('state') ?? '')
      response.writeHead(302, { location: back.href }).end()
    } else {
      const nonce = nonces.get(new URLSearchParams(await text(request)).get('code') ?? '')
      const now = Math.floor(Date.now() / 1000)
      const honest = { iss: url, aud: 'switchboard', sub: 'liar-1', iat: now, exp: now + 300, nonce }
      const email = { email: 'liar@example.com', email_verified: true }
      const head = base64url({ alg: 'RS256', kid: 'own', ...lie.header })
      const content = `${head}.${base64url({ ...honest, ...email, ...lie.claims })}`
      const signature = sign('sha256', Buffer.from(content), (lie.key ?? ownKey).privateKey)
      const id_token = (lie.token ?? String)(`${content}.${base64url(signature)}`)
      json({ access_token: 'at', token_type: 'Bearer', id_token })
    }
  })
  return { url, next: (next: Lie) => void (lie = next) }
}

export interface GitHubUser {
  id: number
  login: string
  name: string | null
  avatar_url: string
  emails: { email: string; primary: boolean; verified: boolean; visibility: string | null }[]
}

/** GitHub's endpoints as they are documented, for the one who is logged in there. */
export async function startGitHub() {
  let who: GitHubUser | undefined
  const codes = new Map<string, { challenge: string | null; redirectUri: string | null; who: GitHubUser }>()
  const { server, url } = await listen()
  server.on('request', async (request: IncomingMessage, response) => {
    const at = new URL(request.url ?? '', url)
    const json = (value: object, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
    if (at.pathname === '/login/oauth/authorize') {
      const ask = at.searchParams
      const back = new URL(ask.get('redirect_uri') ?? '')
      if (who) {
        const code = createHash('sha256').update(`${codes.size}`).digest('hex').slice(0, 20)
        codes.set(code, { challenge: ask.get('code_challenge'), redirectUri: ask.get('redirect_uri'), who })
        back.searchParams.set('code', code)
      } else back.searchParams.set('error', 'access_denied')
      back.searchParams.set('state', ask.get('state') ?? '')
      return response.writeHead(302, { location: back.href }).end()
    }
    if (at.pathname === '/login/oauth/access_token') {
      const given = new URLSearchParams(await text(request))
      const code = codes.get(given.get('code') ?? '')
      codes.delete(given.get('code') ?? '')
      const verifier = createHash('sha256')
        .update(given.get('code_verifier') ?? '')
        .digest('base64url')
      const isRight =
        given.get('client_id') === 'hub-app' &&
        given.get('client_secret') === 'hub-secret' &&
        request.headers.accept === 'application/json' &&
        code?.challenge === verifier &&
        code.redirectUri === given.get('redirect_uri')
      // Its refusals come with status 200.
      return isRight
        ? json({ access_token: `gho_${code.who.id}`, scope: 'read:user,user:email', token_type: 'bearer' })
        : json({ error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' })
    }
    if (!request.headers['user-agent']) return response.writeHead(403).end('Request forbidden by administrative rules.')
    const { emails, ...user } = who ?? ({} as GitHubUser)
    if (request.headers.authorization !== `Bearer gho_${user.id}`) return json({ message: 'Bad credentials' }, 401)
    return at.pathname === '/api/user' ? json(user) : json(emails)
  })
  return { url, logIn: (user: GitHubUser | undefined) => void (who = user) }
}
