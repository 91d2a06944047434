import { createHash } from 'node:crypto'
import { FileResponse } from '../route.ts'

const style =
  ':root { color-scheme: light dark } body { font: 16px/1.6 system-ui, sans-serif; max-width: 38rem; margin: 12vh auto; padding: 0 1.25rem } li { margin: .3rem 0 } a { color: light-dark(#0b5cad, #7cb8f7) }'

/** The page at the server's root: a description and links. */
export function homePage(version: string): FileResponse {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Switchboard</title><style>${style}</style>
<h1>Switchboard</h1>
<p>This is the API of a Switchboard server, version ${version}: calls, chat, inbox, shop and sales of a business. Front-ends and programs use it. No web console is installed: <code>WEB_DIR</code> has no <code>index.html</code>.</p>
<ul>
<li><a href="/docs">API documentation</a>: a guide and every operation</li>
<li><a href="/api/openapi.json">OpenAPI 3.1 document</a> for programs</li>
<li><a href="/readyz">Readiness</a> of the server</li>
</ul></html>`
  return new FileResponse(html, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'`,
  })
}
