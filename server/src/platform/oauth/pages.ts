import { createHash } from 'node:crypto'
import { AppError } from '../errors.ts'
import { FileResponse } from '../http/route.ts'

/** The result of a login at another site, for the page that opened its window. */
export interface OAuthOutcome {
  openerOrigin: string
  result: { type: 'oauth'; platform: string; success: boolean; error?: string; code?: string } & Record<string, unknown>
}

/** Set-Cookie values. */
type Cookies = string | string[]

// A window that may speak to the page that opened it: the usual headers would part the two.
const openerHeaders = { 'cross-origin-opener-policy': 'unsafe-none', 'cache-control': 'no-store' }

/** JSON that cannot end the script it stands in. */
const inScript = (value: unknown) =>
  JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029')
const inText = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')

/** Sends the result to the page that opened the login, to that page only, and closes. */
export function outcomePage({ openerOrigin, result }: OAuthOutcome, cookies: Cookies, done: string): FileResponse {
  const script = `window.opener?.postMessage(${inScript(result)}, ${inScript(openerOrigin)}); window.close()`
  const text = `${result.success ? done : (result.error ?? '')} You can close this window.`
  return page(200, text, { script, headers: { 'set-cookie': cookies } })
}

/** For a person whose login cannot go on. */
export const refusalPage = (status: number, text: string): FileResponse => page(status, text, { headers: {} })

export interface FormField {
  name: string
  label: string
  isSecret?: boolean
}

/** Asks for what no other site gives; it goes to our callback beside it, never into an address. */
export function formPage(title: string, fields: FormField[], state: string, cookies: Cookies): FileResponse {
  const inputs = fields.map(
    ({ name, label, isSecret }) =>
      `<p><label>${inText(label)}<br><input name="${inText(name)}" type="${isSecret ? 'password' : 'text'}" autocomplete="off"></label></p>`,
  )
  const form = `<form method="post" action="callback"><input type="hidden" name="state" value="${inText(state)}">${inputs.join('')}<button>Connect</button></form>`
  return page(200, title, { form, headers: { 'set-cookie': cookies } })
}

interface PageParts {
  script?: string
  /** HTML. */
  form?: string
  headers: FileResponse['headers']
}

function page(status: number, text: string, { script, form = '', headers }: PageParts) {
  const allowed = script ? `; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'` : ''
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Switchboard</title><p>${inText(text)}</p>${form}${
    script ? `<script>${script}</script>` : ''
  }</html>`
  return new FileResponse(
    html,
    {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'${allowed}; base-uri 'none'; form-action ${form ? "'self'" : "'none'"}; frame-ancestors 'none'`,
      ...openerHeaders,
      ...headers,
    },
    status,
  )
}

/** On to the other site, or back from it. */
export const redirectTo = (location: string, cookies: Cookies): FileResponse =>
  new FileResponse('', { location, 'set-cookie': cookies, ...openerHeaders }, 302)

/** The pages of a login in the browser. People read them, so errors are pages too. */
export async function asPage<T>(work: () => Promise<T>): Promise<T | FileResponse> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError && (error.status < 500 || error.status === 502))
      return refusalPage(error.status, error.message)
    throw error
  }
}
