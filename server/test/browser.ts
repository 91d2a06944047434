import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { runInNewContext } from 'node:vm'

export interface Page {
  url: string
  status: number
  headers: Headers
  text: string
}

export interface BrowserOptions {
  /** Addresses that are reached elsewhere than they say: the server's public one, which no name server knows. */
  reached?: Record<string, string>
  /** Logs in as this at a provider's form. Default `ana`. */
  login?: string
  /** Does what the provider's form asks for. Default true. */
  agrees?: boolean
}

/** A browser with cookies that follows redirects, and logs in at oidc-provider's forms. */
export function createBrowser({ reached = {}, login = 'ana', agrees = true }: BrowserOptions = {}) {
  const jars = new Map<string, Map<string, string>>()
  async function load(url: string, form?: Record<string, string>): Promise<Page> {
    const target = new URL(url)
    const jar = jars.get(target.origin) ?? new Map<string, string>()
    jars.set(target.origin, jar)
    const response = await fetch((reached[target.origin] ?? target.origin) + target.pathname + target.search, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s)
      if (value === '' || /max-age=0|01 jan 1970/i.test(cookie)) jar.delete(name)
      else jar.set(name, value)
    }
    return { url, status: response.status, headers: response.headers, text: await response.text() }
  }
  return {
    load,
    cookiesOf: (origin: string) => Object.fromEntries(jars.get(origin) ?? []),
    /** Until a page that leads no further, or until `stopAt` would be loaded: that is `next` then. */
    async follow(url: string, stopAt?: string): Promise<Page & { next?: string }> {
      let page = await load(url)
      for (let steps = 0; steps < 20; steps++) {
        if (page.status >= 300 && page.status < 400) {
          const to = new URL(page.headers.get('location') ?? '', page.url).href
          if (stopAt && to.startsWith(stopAt)) return { ...page, next: to }
          page = await load(to)
        } else if (page.text.includes('<form')) {
          const prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1] ?? ''
          page = agrees ? await load(page.url, { prompt, login, password: 'secret' }) : await load(`${page.url}/abort`)
        } else return page
      }
      throw new Error(`This leads nowhere: ${page.url}`)
    },
  }
}

interface Posted {
  result: { type: string; platform: string; success: boolean; error?: string; code?: string }
  origin: string
}

/** Returns what a page posts to its opener, and the target origin; its script must be the one its policy allows. */
export function posted(page: Page): Posted {
  const script = /<script>(.*)<\/script>/s.exec(page.text)?.[1] ?? ''
  const hash = createHash('sha256').update(script).digest('base64')
  assert.ok(page.headers.get('content-security-policy')?.includes(`script-src 'sha256-${hash}'`), page.text)
  assert.equal(page.headers.get('cross-origin-opener-policy'), 'unsafe-none')
  let said: Posted | undefined
  let isClosed = false
  const window = {
    // As browsers do it: what is posted is a copy.
    opener: { postMessage: (result: never, origin: string) => void (said = structuredClone({ result, origin })) },
    close: () => void (isClosed = true),
  }
  runInNewContext(script, { window })
  assert.ok(isClosed && said)
  return said
}
