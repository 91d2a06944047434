/** A caller of the API: `const { status, body } = await ana.post('/api/contacts', { … })`. */
export interface TestClient {
  get(path: string, headers?: Headers): Promise<TestAnswer>
  post(path: string, body?: unknown, headers?: Headers): Promise<TestAnswer>
  put(path: string, body?: unknown, headers?: Headers): Promise<TestAnswer>
  patch(path: string, body?: unknown, headers?: Headers): Promise<TestAnswer>
  delete(path: string, body?: unknown, headers?: Headers): Promise<TestAnswer>
  request(method: string, path: string, body?: unknown, headers?: Headers): Promise<TestAnswer>
}

type Headers = Record<string, string>

export interface TestAnswer {
  status: number
  headers: globalThis.Headers
  // oxlint-disable-next-line no-explicit-any -- tests look into answers freely; the schemas are tested elsewhere.
  body: any
  text: string
}

export function createClient(url: string, always: Headers = {}): TestClient {
  const request = async (method: string, path: string, body?: unknown, headers: Headers = {}): Promise<TestAnswer> => {
    const isRaw =
      body === undefined || typeof body === 'string' || body instanceof FormData || body instanceof Uint8Array
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...(isRaw ? {} : { 'content-type': 'application/json' }), ...always, ...headers },
      ...(body !== undefined && { body: isRaw ? (body as string) : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
      text,
    }
  }
  return {
    request,
    get: (path, headers) => request('GET', path, undefined, headers),
    post: (path, body, headers) => request('POST', path, body ?? {}, headers),
    put: (path, body, headers) => request('PUT', path, body ?? {}, headers),
    patch: (path, body, headers) => request('PATCH', path, body ?? {}, headers),
    delete: (path, body, headers) => request('DELETE', path, body, headers),
  }
}
