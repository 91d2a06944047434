import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { OpenDatabase } from './database/open.ts'
import type { Log } from './log.ts'

/** Short messages between the nodes of one installation: fast and lossy. Messages that must arrive go through the outbox. */
export interface NodeBus {
  /** Sends a message to every other node. Returns false, and sends nothing, when the message is over 7,800 bytes. */
  publish(channel: string, message: string): boolean
  /** Messages of other nodes; also called with '' after a time in which some may have been lost. */
  listen(channel: string, listener: (message: string) => void): void
  /** Begins to receive; returns at once and connects in the background. */
  start(): void
  stop(): Promise<void>
}

/** An embedded database has one process, so there are no other nodes. */
const alone: NodeBus = { publish: () => true, listen: () => {}, start: () => {}, stop: async () => {} }

// PostgreSQL takes payloads under 8,000 bytes; the rest is for the sender and the channel.
const maxBytes = 7800
const notifyChannel = 'switchboard'
const shortestPauseMs = 250
const longestPauseMs = 5000

/** Nodes on one PostgreSQL exchange messages by LISTEN and NOTIFY: each has a connection for it, renewed when it breaks. */
export function createNodeBus(database: Pick<OpenDatabase, 'kind' | 'pool'>, log: Log): NodeBus {
  if (database.kind === 'embedded') return alone
  const self = randomUUID()
  const listeners = new Map<string, ((message: string) => void)[]>()
  let outgoing: string[] = []
  let client: pg.Client | undefined
  const stopping = new AbortController()
  let running: Promise<void> | undefined

  const notifyListeners = (channel: string, message: string) => {
    for (const listener of listeners.get(channel) ?? []) listener(message)
  }

  const receive = (payload: string) => {
    const [sender = '', channel = ''] = payload.split(' ', 2)
    if (sender !== self) notifyListeners(channel, payload.slice(sender.length + channel.length + 2))
  }

  /** One connection's life. Resolves when it has ended. */
  const listenOnce = async (onUp: () => void) => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    client = new pg.Client({ ...database.pool.options, keepAlive: true, keepAliveInitialDelayMillis: 10_000 })
    client.on('error', (error) => log.warn({ err: error }, 'The connection that listens for other nodes broke.'))
    client.on('end', end)
    client.on('notification', ({ payload }) => receive(payload ?? ''))
    try {
      await client.connect()
      await client.query(`listen ${notifyChannel}`)
      onUp()
      for (const channel of listeners.keys()) notifyListeners(channel, '')
      await ended
    } finally {
      await client
        .end()
        .catch((error: unknown) => log.debug({ err: error }, 'The listening connection was already gone.'))
    }
  }

  const keepListening = async () => {
    let pauseMs = shortestPauseMs
    while (!stopping.signal.aborted) {
      try {
        await listenOnce(() => (pauseMs = shortestPauseMs))
      } catch (error) {
        log.warn({ err: error }, 'The connection to other nodes failed; trying again.')
      }
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      pauseMs = Math.min(longestPauseMs, pauseMs * 2)
    }
  }

  const flush = () => {
    const payloads = outgoing
    outgoing = []
    database.pool
      .query({
        name: 'nodes.publish',
        text: `select pg_notify('${notifyChannel}', m) from unnest($1::text[]) m`,
        values: [payloads],
      })
      .catch((error: unknown) => log.warn({ err: error }, 'Other nodes could not be notified.'))
  }

  return {
    publish(channel, message) {
      const payload = `${self} ${channel} ${message}`
      if (Buffer.byteLength(payload) > maxBytes) return false
      if (outgoing.push(payload) === 1) setImmediate(flush)
      return true
    },
    listen(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
    },
    start() {
      running ??= keepListening()
    },
    async stop() {
      stopping.abort()
      await client?.end().catch(() => undefined)
      await running
    },
  }
}
