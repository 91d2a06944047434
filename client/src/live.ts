/** A frame from the server; durable ones carry an `id`. */
export interface Frame {
  event: string
  data: unknown
  id?: string
}

export interface LiveOptions {
  /** `https://…` or `wss://…` of the server. */
  url: string
  /** An access token, or how to get one (it is asked for at each connect). */
  token: string | (() => string | Promise<string>)
  /** What was missed is told again from here: `after()` of an earlier connection. */
  after?: string
  onStatus?: (status: 'connecting' | 'open' | 'waiting' | 'closed') => void
}

/** A connection that stays: it reconnects with growing, jittered pauses and catches up on what it missed. */
export interface Live {
  /** Hears one event, or all of them with `*`. Answers how to stop. */
  on(event: string, listener: (data: unknown, frame: Frame) => void): () => void
  /** Sent at once, or when the connection is back. */
  send(event: string, data?: object): void
  /** Where a later connection may go on from. */
  after(): string | undefined
  close(): void
}

const firstPauseMs = 250
const longestPauseMs = 15_000
const waitingFrames = 100

export function createLive({ url, token, after, onStatus = () => {} }: LiveOptions): Live {
  const listeners = new Map<string, Set<(data: unknown, frame: Frame) => void>>()
  let unsent: string[] = []
  let last = after
  let socket: WebSocket | undefined
  let pauseMs = firstPauseMs
  let closed = false

  const hear = (frame: Frame) => {
    if (frame.id !== undefined) last = frame.id
    for (const name of [frame.event, '*']) for (const listener of listeners.get(name) ?? []) listener(frame.data, frame)
  }

  const connect = async () => {
    onStatus('connecting')
    const bearer = typeof token === 'string' ? token : await token()
    if (closed) return
    const address = `${url.replace(/^http/, 'ws').replace(/\/+$/, '')}/ws`
    socket = new WebSocket(address, ['bearer', bearer])
    socket.addEventListener('open', () => {
      pauseMs = firstPauseMs
      // The first time this only asks for a place, so that even who has heard nothing yet has one to go on from.
      socket?.send(JSON.stringify({ event: 'resume', data: last === undefined ? {} : { after: last } }))
      for (const text of unsent) socket?.send(text)
      unsent = []
      onStatus('open')
    })
    socket.addEventListener('message', ({ data }) => hear(JSON.parse(String(data)) as Frame))
    socket.addEventListener('close', again)
  }

  const again = () => {
    socket = undefined
    if (closed) return onStatus('closed')
    onStatus('waiting')
    // Half of the pause is chance, so that a restart does not bring everybody back in the same moment.
    setTimeout(start, pauseMs / 2 + (Math.random() * pauseMs) / 2)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }

  const start = () => {
    connect().catch(again)
  }
  start()

  return {
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(listener))
      return () => void set.delete(listener)
    },
    send(event, data = {}) {
      const text = JSON.stringify({ event, data })
      if (socket?.readyState === WebSocket.OPEN) socket.send(text)
      else unsent = [...unsent, text].slice(-waitingFrames)
    },
    after: () => last,
    close() {
      closed = true
      socket?.close()
    },
  }
}
