import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The logins of Facebook and TikTok, as far as a server sees them, on this machine. */
export interface Platforms extends Disposable {
  /** For the server's environment. */
  readonly settings: Record<string, string>
}

/** Every code is good. */
export async function startPlatforms(): Promise<Platforms> {
  const server = createServer((request, response) => {
    const token = tokens[request.url ?? '']
    request.resume()
    response.writeHead(token ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(token ?? {}))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const app = (name: string) => ({
    [`${name}_CLIENT_ID`]: `${name.toLowerCase()}-app`,
    [`${name}_CLIENT_SECRET`]: `${name.toLowerCase()}-secret`,
    [`${name}_AUTHORIZE_URL`]: `${url}/${name.toLowerCase()}/login`,
    [`${name}_TOKEN_URL`]: `${url}/${name.toLowerCase()}/token`,
  })
  return {
    settings: { ...app('FACEBOOK'), ...app('TIKTOK') },
    [Symbol.dispose]: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

const tokens: Record<string, object> = {
  '/facebook/token': { access_token: 'EAAB-secret', token_type: 'bearer', expires_in: 5_184_000 },
  '/tiktok/token': {
    code: 0,
    data: { open_id: 'open-1', access_token: 'act.1', refresh_token: 'rft.1', expires_in: 86_400 },
  },
}
