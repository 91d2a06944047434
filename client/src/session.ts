import { ApiError } from './error.ts'
import { createClient } from './client.ts'

/** What signing in answers: keep it, to go on later without a password. */
export interface Tokens {
  access_token: string
  refresh_token: string
}

export interface SessionOptions {
  url?: string
  /** The response of `login`, `register` or `refresh`, or what was kept of it. */
  tokens: Tokens
  /** Called with the new tokens after each renewal, to keep them. A refresh token is good once. */
  onRenewed?: (tokens: Tokens) => void
  fetch?: typeof fetch
}

/** Someone who is signed in: `createClient(session)` and `createLive(session)` stay so, renewing the token when it expires. */
export interface Session {
  url: string
  token: () => string
  /** A new access token; undefined when the session is over. Calls at the same time share one renewal. */
  renew: () => Promise<string | undefined>
}

export function createSession({ url = '', tokens, onRenewed, fetch: send = fetch }: SessionOptions): Session {
  let { access_token, refresh_token } = tokens
  let renewal: Promise<string | undefined> | undefined
  const api = createClient({ url, fetch: send })

  const renew = async () => {
    try {
      const renewed = await api.refresh({ body: { refresh_token } })
      ;({ access_token, refresh_token } = renewed)
      onRenewed?.({ access_token, refresh_token })
      return access_token
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return undefined
      throw error
    }
  }

  return {
    url,
    token: () => access_token,
    renew: () => (renewal ??= renew().finally(() => (renewal = undefined))),
  }
}
