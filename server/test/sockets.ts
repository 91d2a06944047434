import { WebSocket } from 'ws'

export interface TestFrame {
  event: string
  // oxlint-disable-next-line no-explicit-any -- tests look into frames freely.
  data: any
  id?: string
}

export interface TestSocket {
  readonly frames: TestFrame[]
  send(event: string, data?: unknown): void
  sendRaw(text: string | Buffer): void
  /** The first frame so far or from now on that fits; fails when the socket closes first. */
  next(wanted: string | ((frame: TestFrame) => boolean)): Promise<TestFrame>
  /** The close code, once closed. */
  closed: Promise<number>
  /** Why it was closed. */
  reason: Promise<string>
  /** Like pulling the plug. */
  drop(): void
  readonly ws: WebSocket
}

/** Thrown when the handshake is answered with something other than 101. */
export class Refused extends Error {
  readonly status: number
  readonly body: string
  constructor(status: number, body: string) {
    super(`${status} ${body}`)
    this.status = status
    this.body = body
  }
}

/** Opens a WebSocket; `address` is `ws://host:port/ws?…`. Throws `Refused`. */
export function openSocket(
  address: string,
  options: { token?: string; headers?: Record<string, string> } = {},
): Promise<TestSocket> {
  const ws = new WebSocket(address, options.token ? ['bearer', options.token] : [], { headers: options.headers })
  const frames: TestFrame[] = []
  const waiting = new Set<() => void>()
  ws.on('message', (content) => {
    frames.push(JSON.parse((content as Buffer).toString('utf8')) as TestFrame)
    for (const look of waiting) look()
  })
  const closed = new Promise<number>((resolve) => ws.on('close', resolve))
  const reason = new Promise<string>((resolve) => ws.on('close', (_code, text) => resolve(text.toString('utf8'))))
  const socket: TestSocket = {
    frames,
    ws,
    closed,
    reason,
    send: (event, data = {}) => ws.send(JSON.stringify({ event, data })),
    sendRaw: (text) => ws.send(text),
    drop: () => ws.terminate(),
    next(wanted) {
      const fits = typeof wanted === 'string' ? (frame: TestFrame) => frame.event === wanted : wanted
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = frames.find(fits)
          if (!found) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        void closed.then((code) => reject(new Error(`The socket closed with ${code} before the frame came.`)))
        look()
      })
    },
  }
  return new Promise((resolve, reject) => {
    ws.on('open', () => resolve(socket))
    ws.on('unexpected-response', (_request, response) => {
      let body = ''
      response.on('data', (chunk) => (body += chunk))
      response.on('end', () => reject(new Refused(response.statusCode ?? 0, body)))
    })
    ws.on('error', reject)
  })
}
