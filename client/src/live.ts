import type { LiveCommands, LiveEvents } from './operations.ts'

/** A frame from the server; durable ones carry an `id`. */
export interface Frame {
  event: string
  data: unknown
  id?: string
}

/** What `createLive` needs of a WebSocket: browsers, Node from 22 on and the package `ws` have it. */
export interface Socket {
  readonly readyState: number
  send(text: string): void
  close(): void
  // oxlint-disable-next-line no-explicit-any -- each implementation has event types of its own.
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: any) => void): void
}

export type LiveStatus =
  | 'connecting'
  | 'open'
  /** The connection is lost; the next try follows by itself. */
  | 'waiting'
  /** The server does not take the token any more and there is no new one: sign in. There is no further try. */
  | 'signed out'
  /** The token is good and the server still does not want it here, like an API key. There is no further try. */
  | 'refused'
  /** `close()` was called. */
  | 'closed'

export interface LiveOptions {
  /** `https://…` or `wss://…` of the server. */
  url: string
  /** An access token, or a function that returns one, called at each connect. */
  token: string | (() => string | Promise<string>)
  /** Returns a new token when the server has refused the current one. A `Session` provides this function. */
  renew?: () => Promise<string | undefined>
  /** Missed frames are sent again from here: `after()` of an earlier connection. */
  after?: string
  onStatus?: (status: LiveStatus) => void
  /** Default: that of the runtime. Node 20 has none; pass that of the package `ws`. */
  WebSocket?: new (address: string, protocols: string[]) => Socket
}

/** A connection that reconnects with growing, jittered pauses and receives the frames it missed. */
export interface Live {
  /** Subscribes to one event, or to all with `*`. Returns a function that unsubscribes. */
  on<Name extends keyof LiveEvents>(event: Name, listener: (data: LiveEvents[Name], frame: Frame) => void): () => void
  on(event: '*', listener: (data: unknown, frame: Frame) => void): () => void
  /** Sent at once, or when the connection is back. */
  send<Name extends keyof LiveCommands>(
    event: Name,
    ...data: object extends LiveCommands[Name] ? [data?: LiveCommands[Name]] : [data: LiveCommands[Name]]
  ): void
  /** Where a later connection may go on from. */
  after(): string | undefined
  close(): void
}

const firstPauseMs = 250
const longestPauseMs = 15_000
const waitingFrames = 100
const isOpen = 1
/** The close code for a token that is not, or no longer, good. */
const unauthorized = 4401
/** Not for API keys (4403), or a workspace that is not yours (4404). */
const refusals = new Set([4403, 4404])

/** Throws when the runtime has no WebSocket and none was passed. */
export function createLive({ url, token, renew, after, onStatus = () => {}, ...options }: LiveOptions): Live {
  const WebSocket = options.WebSocket ?? builtInWebSocket()
  const address = `${url.replace(/^http/, 'ws').replace(/\/+$/, '')}/ws`
  const listeners = new Map<string, Set<(data: never, frame: Frame) => void>>()
  let unsent: string[] = []
  let last = after
  let socket: Socket | undefined
  /** True from the first frame on: the server closes a socket that it does not want without one. */
  let isAccepted = false
  let pauseMs = firstPauseMs
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  /** Made since a token was last accepted. */
  let renewed: string | undefined

  const end = (status: LiveStatus) => {
    isOver = true
    clearTimeout(timer)
    onStatus(status)
  }

  const receive = (frame: Frame) => {
    if (!isAccepted) accept()
    if (frame.id !== undefined) last = frame.id
    for (const name of [frame.event, '*'])
      for (const listener of listeners.get(name) ?? []) listener(frame.data as never, frame)
  }

  const accept = () => {
    isAccepted = true
    renewed = undefined
    pauseMs = firstPauseMs
    for (const text of unsent) socket?.send(text)
    unsent = []
    onStatus('open')
  }

  const connect = async () => {
    onStatus('connecting')
    const bearer = renewed ?? (typeof token === 'string' ? token : await token())
    if (isOver) return
    const opened = new WebSocket(address, ['bearer', bearer])
    socket = opened
    isAccepted = false
    opened.addEventListener('open', () => {
      // The first time this requests only a position, so that a client without any frame can resume too.
      opened.send(JSON.stringify({ event: 'resume', data: last === undefined ? {} : { after: last } }))
    })
    opened.addEventListener('message', ({ data }: { data: unknown }) => receive(JSON.parse(String(data)) as Frame))
    // A failed connection also emits `close`, which has the details.
    opened.addEventListener('error', () => undefined)
    opened.addEventListener('close', ({ code }: { code: number }) => {
      socket = undefined
      if (isOver) return
      if (code === unauthorized) renewToken().catch(again)
      else if (refusals.has(code)) end('refused')
      else again()
    })
  }

  const renewToken = async () => {
    const token = renewed === undefined ? await renew?.() : undefined
    if (isOver) return
    if (token === undefined) return end('signed out')
    renewed = token
    start()
  }

  const again = () => {
    if (isOver) return
    onStatus('waiting')
    // Half of the pause is random, so that clients do not all reconnect at the same moment after a restart.
    timer = setTimeout(start, pauseMs / 2 + (Math.random() * pauseMs) / 2)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }

  const start = () => {
    connect().catch(again)
  }
  start()

  return {
    on(event: string, listener: (data: never, frame: Frame) => void) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(listener))
      return () => void set.delete(listener)
    },
    send(event, ...[data = {}]) {
      const text = JSON.stringify({ event, data })
      if (socket && isAccepted && socket.readyState === isOpen) socket.send(text)
      else unsent = [...unsent, text].slice(-waitingFrames)
    },
    after: () => last,
    close() {
      if (!isOver) end('closed')
      socket?.close()
    },
  }
}

function builtInWebSocket(): NonNullable<LiveOptions['WebSocket']> {
  if (typeof globalThis.WebSocket === 'function')
    return globalThis.WebSocket as unknown as NonNullable<LiveOptions['WebSocket']>
  throw new Error(
    'There is no WebSocket in this runtime. Pass one: createLive({ …, WebSocket }), like the one of the package "ws".',
  )
}
