import { setTimeout as delay } from 'node:timers/promises'

type Json = Record<string, unknown> & { id: string }

/** A client of the public API, as a front-end would write it. Throws the server's sentence when it refuses. */
export function createApi(url: string) {
  let token = ''
  async function request(method: string, path: string, body?: unknown): Promise<Response> {
    const isForm = body instanceof FormData
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    })
    if (response.ok) return response
    const { error } = (await response.json()) as { error: string }
    throw new Error(`${method} ${path}: ${error}`)
  }
  const read = async (response: Promise<Response>) => (await (await response).json()) as Json
  return {
    get: (path: string) => read(request('GET', path)),
    post: (path: string, body?: unknown) => read(request('POST', path, body)),
    text: async (path: string) => (await request('GET', path)).text(),
    upload(path: string, filename: string, content: Uint8Array<ArrayBuffer> | string) {
      const form = new FormData()
      form.append('file', new Blob([content]), filename)
      return read(request('POST', path, form))
    },
    async signUp(email: string, password: string) {
      const { session } = (await read(request('POST', '/api/auth/signup', { email, password }))) as unknown as {
        session: { access_token: string }
      }
      token = session.access_token
    },
    /** Asks again and again until `isDone`. */
    async until(path: string, isDone: (body: Json) => boolean, timeoutMs: number): Promise<Json> {
      for (const deadline = Date.now() + timeoutMs; ; await delay(100)) {
        const body = await read(request('GET', path))
        if (isDone(body)) return body
        if (Date.now() > deadline) throw new Error(`${path} did not come to an end within ${timeoutMs / 1000} s.`)
      }
    },
    /** The live socket: hands on the data of each frame of that event. Resolves when it is open. */
    async follow(event: string, receive: (data: unknown) => void): Promise<{ close(): void }> {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, ['bearer', token])
      socket.addEventListener('message', ({ data }) => {
        const frame = JSON.parse(data as string) as { event: string; data: unknown }
        if (frame.event === event) receive(frame.data)
      })
      await new Promise((resolve, reject) => {
        socket.addEventListener('open', resolve)
        socket.addEventListener('error', () => reject(new Error('The live socket cannot be opened.')))
      })
      return socket
    },
  }
}

export type Api = ReturnType<typeof createApi>
