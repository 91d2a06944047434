import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

/** A front-end that uses plain HTTP and a plain WebSocket. All requests and frames are noted. */
export interface FrontEnd {
  get(path: string, headers?: Headers): Promise<Answer>
  post(path: string, body?: unknown, headers?: Headers): Promise<Answer>
  put(path: string, body?: unknown, headers?: Headers): Promise<Answer>
  patch(path: string, body?: unknown, headers?: Headers): Promise<Answer>
  delete(path: string, body?: unknown, headers?: Headers): Promise<Answer>
  /** Opens the live socket with the token, or with `query` instead (`?ticket=…`). See `Live.closed` for a refusal. */
  listen(query?: string): Promise<Live>
}

/** A user who is signed in at a front-end. */
export interface Person extends FrontEnd {
  readonly id: string
  readonly email: string
  readonly password: string
  readonly token: string
  /** Their first workspace. */
  readonly workspaceId: string
}

export interface Answer {
  status: number
  headers: globalThis.Headers
  // oxlint-disable-next-line no-explicit-any -- the tests check its type.
  body: any
  /** The raw text. Equals `body` when the body is not JSON. */
  text: string
}

export interface Live extends Disposable {
  readonly frames: Frame[]
  /**
   * Resolves to the close code. Throws after 60 s. A refused socket opens and is closed at once, because browsers report
   * no other error.
   */
  closed(): Promise<number>
  send(event: string, data?: object): void
  /** Resolves to the first frame of this event whose data matches, past or future. Throws after 60 s. */
  next(event: string, fits?: (data: Frame['data']) => boolean): Promise<Frame>
}

export interface Frame {
  event: string
  // oxlint-disable-next-line no-explicit-any -- as above.
  data: any
  id?: string
}

/** The requests and frames so far. */
export interface Notes {
  calls: { method: string; path: string; status: number }[]
  frames: { direction: 'sent' | 'received'; event: string }[]
}

type Headers = Record<string, string>

const frameTimeoutMs = 60_000

/** Opens a front-end that sends `token` with every request. Without a token no user is signed in. */
export function openFrontEnd(url: string, notes: Notes, token?: string): FrontEnd {
  const request = async (method: string, path: string, body?: unknown, more: Headers = {}): Promise<Answer> => {
    const isJson = body !== undefined && !(body instanceof FormData) && typeof body !== 'string'
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(isJson && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...more,
      },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as string | FormData) }),
    })
    notes.calls.push({ method, path: path.replace(/\?.*/, ''), status: response.status })
    const text = await response.text()
    const answersJson = response.headers.get('content-type')?.includes('json') ?? false
    return { status: response.status, headers: response.headers, body: answersJson ? JSON.parse(text) : text, text }
  }
  return {
    get: (path, headers) => request('GET', path, undefined, headers),
    post: (path, body, headers) => request('POST', path, body, headers),
    put: (path, body, headers) => request('PUT', path, body, headers),
    patch: (path, body, headers) => request('PATCH', path, body, headers),
    delete: (path, body, headers) => request('DELETE', path, body, headers),
    listen: (query) => openLive(`${url.replace('http', 'ws')}/ws${query ?? ''}`, notes, query ? undefined : token),
  }
}

async function openLive(address: string, notes: Notes, token?: string): Promise<Live> {
  const socket = new WebSocket(address, token ? ['bearer', token] : [])
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  const closing = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(data) as Frame
    frames.push(frame)
    notes.frames.push({ direction: 'received', event: frame.event })
    for (const look of waiting) look()
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('There is no live socket.')))
  })
  return {
    frames,
    closed: () => Promise.race([closing, stayedOpen()]),
    send(event, data = {}) {
      notes.frames.push({ direction: 'sent', event })
      socket.send(JSON.stringify({ event, data }))
    },
    next(event, fits = () => true) {
      const { promise, resolve, reject } = Promise.withResolvers<Frame>()
      const look = () => {
        const frame = frames.find((one) => one.event === event && fits(one.data))
        if (frame) resolve(frame)
      }
      const timeout = setTimeout(
        () => reject(new Error(`No fitting ${event} came. What came: ${frames.map((one) => one.event).join(', ')}`)),
        frameTimeoutMs,
      )
      waiting.add(look)
      look()
      return promise.finally(() => {
        waiting.delete(look)
        clearTimeout(timeout)
      })
    },
    [Symbol.dispose]: () => socket.close(),
  }
}

async function stayedOpen(): Promise<never> {
  await sleep(frameTimeoutMs, undefined, { ref: false })
  throw new Error('The live socket stayed open.')
}

let people = 0

/** Creates an account like most front-ends, and signs in with it. */
export async function signUp(
  url: string,
  notes: Notes,
  more: { name?: string; email?: string; username?: string; invitation_token?: string } = {},
): Promise<Person> {
  const person = {
    email: `person${++people}@example.com`,
    password: 'correct horse battery',
    name: 'Ana Lima',
    ...more,
  }
  const { status, body, text } = await openFrontEnd(url, notes).post('/api/auth/register', person)
  assert.equal(status, 201, text)
  return asPerson(url, notes, person, body)
}

/** Creates an account with an invitation to the current workspace of `host`. */
export async function join(url: string, notes: Notes, host: Person, role: string): Promise<Person> {
  const email = `person${++people}@example.com`
  const { status, body, text } = await host.post(`/api/workspaces/${host.workspaceId}/invitations`, { email, role })
  assert.equal(status, 201, text)
  return signUp(url, notes, { email, invitation_token: body.token })
}

/** `answer` is the body of the login. */
export function asPerson(
  url: string,
  notes: Notes,
  { email, password }: { email: string; password: string },
  answer: Answer['body'],
): Person {
  const { user, token } = answer
  return { ...openFrontEnd(url, notes, token), id: user.id, email, password, token, workspaceId: user.workspace?.id }
}
