import type { Answer } from '../front-end.ts'

/** What a browser adds to the requests of a page of this origin: its cookies and the Origin header. */
export interface Browser {
  send(method: string, address: string, headers: Record<string, string>, body?: string | FormData): Promise<Answer>
  readonly cookies: ReadonlyMap<string, string>
}

/** Opens a page at `origin`. A page of another origin sends no cookies, as with fetch's default. */
export function openBrowser(origin: string): Browser {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async send(method, address, headers, body) {
      const isSame = new URL(address).origin === origin
      const response = await fetch(address, {
        method,
        headers: {
          ...headers,
          ...((!isSame || method !== 'GET') && { origin }),
          ...(isSame && cookies.size > 0 && { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') }),
        },
        ...(body !== undefined && { body }),
      })
      for (const cookie of isSame ? response.headers.getSetCookie() : []) keep(cookies, cookie)
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json')
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text, text }
    },
  }
}

function keep(cookies: Map<string, string>, header: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? []
  if (value === '' || /max-age=0/i.test(header)) cookies.delete(name)
  else cookies.set(name, value)
}
