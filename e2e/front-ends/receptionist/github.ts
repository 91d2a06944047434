import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The user that this stand-in for GitHub signs in. */
export const githubUser = { id: 4711, login: 'nora', name: 'Nora Berg', email: 'nora@example.com' }

const authorizePath = '/login/oauth/authorize'
const answers: Record<string, unknown> = {
  '/login/oauth/access_token': { access_token: 'gho_nora', scope: 'read:user,user:email', token_type: 'bearer' },
  '/api/user': { id: githubUser.id, login: githubUser.login, name: githubUser.name, avatar_url: null },
  '/api/user/emails': [{ email: githubUser.email, primary: true, verified: true }],
}

/** Starts it. Returns the settings of a server that is registered there. */
export async function startGitHub(): Promise<{ settings: Record<string, string>; stop(): void }> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://github.test')
    if (pathname === authorizePath) {
      const back = new URL(searchParams.get('redirect_uri') ?? '')
      back.searchParams.set('code', 'the-code')
      back.searchParams.set('state', searchParams.get('state') ?? '')
      response.writeHead(302, { location: back.href }).end()
    } else
      response
        .writeHead(pathname in answers ? 200 : 404, { 'content-type': 'application/json' })
        .end(JSON.stringify(answers[pathname] ?? {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    settings: {
      OAUTH_GITHUB_CLIENT_ID: 'receptionist',
      OAUTH_GITHUB_CLIENT_SECRET: 'hub secret',
      OAUTH_GITHUB_URL: url,
      OAUTH_GITHUB_API_URL: `${url}/api`,
    },
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
