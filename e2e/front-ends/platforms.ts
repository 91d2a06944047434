import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stand-ins for the parts of Facebook, TikTok and Telegram that a shop uses. */
export interface Platforms extends Disposable {
  /** Settings for the server's environment. */
  readonly settings: Record<string, string>
  /** The requests they received, in order. */
  readonly asked: { path: string; body: string }[]
}

/** Every code and token is accepted. */
export async function startPlatforms(): Promise<Platforms> {
  const asked: Platforms['asked'] = []
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    let body = ''
    for await (const chunk of request) body += String(chunk)
    asked.push({ path, body })
    const [, answer] = answers.find(([pattern]) => pattern.test(path)) ?? []
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? {}))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const app = (name: string, path: string) => ({
    [`${name}_CLIENT_ID`]: `${path}-app`,
    [`${name}_CLIENT_SECRET`]: `${path}-secret`,
    [`${name}_AUTHORIZE_URL`]: `${url}/${path}/login`,
    [`${name}_TOKEN_URL`]: `${url}/${path}/token`,
    [`${name}_API_URL`]: `${url}/${path}`,
  })
  return {
    settings: { ...app('FACEBOOK', 'facebook'), ...app('TIKTOK', 'tiktok'), TELEGRAM_API_URL: url },
    asked,
    [Symbol.dispose]: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

const lifetime = { expires_in: 86_400 }

const answers: [RegExp, object][] = [
  [/^\/facebook\/(token|oauth\/access_token)/, { access_token: 'EAAB-secret', ...lifetime }],
  [/^\/facebook\/me\/accounts/, { data: [{ id: '1234', name: 'Silva Ceramics', access_token: 'EAAP-secret' }] }],
  [/^\/facebook\/1234\/subscribed_apps/, { success: true }],
  [
    /^\/tiktok\/token/,
    { code: 0, data: { open_id: 'open-1', access_token: 'act.1', refresh_token: 'rft.1', ...lifetime } },
  ],
  [/^\/tiktok\/business\/get/, { code: 0, data: { username: 'silva' } }],
  [/^\/tiktok\/business\/webhook/, { code: 0, data: {} }],
  [/^\/bot[^/]+\/getMe/, { ok: true, result: { id: 111, is_bot: true, username: 'silva_bot' } }],
  [/^\/bot[^/]+\/sendMessage/, { ok: true, result: { message_id: 8 } }],
  [/^\/bot[^/]+\/(set|delete)Webhook/, { ok: true, result: true }],
]
