import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { MemberRemoved, MemberRoleChanged, SessionRevoked } from '../../../modules/identity/events.ts'
import {
  type AuthenticateHeaders,
  type LoadAudience,
  type UserPrincipal,
  refuse,
} from '../../../modules/realtime/index.ts'
import type { Principal } from '../../../platform/context.ts'
import { forbidden, unauthorized } from '../../../platform/errors.ts'
import { isAllowedOrigin } from '../../../platform/http/cors.ts'
import { asAppError } from '../../../platform/http/error-response.ts'
import type { StoredEvent } from '../../../platform/events.ts'
import type { Outbox } from '../../../platform/outbox/outbox.ts'
import type { Services } from '../../../platform/services.ts'
import { type FrameCodec, outgoingFrame } from '../../../platform/sockets/frame-codec.ts'
import type { Hub } from '../../../platform/sockets/hub.ts'
import { createSocket, maxFrameBytes } from '../../../platform/sockets/socket.ts'
import { badQuery } from '../failure.ts'
import type { FrontEndName, TableView } from '../tables/table.ts'
import { changesCodec } from './changes.ts'
import { type Channel, createChannel, readBindings } from './channel.ts'
import { type Message, phoenixFrames } from './phoenix.ts'

export interface RealtimeOptions {
  services: Services
  outbox: Outbox
  hub: Hub
  authenticate: AuthenticateHeaders
  loadAudience: LoadAudience
  /** The tables of each address: the path before `/realtime/v1/websocket`. */
  addresses: readonly { prefix: string; front: FrontEndName | 'all'; tables: readonly TableView[] }[]
}

export interface SupabaseRealtime {
  attach(server: Server): void
  /** Returns whether a request to open a socket is for this part. */
  serves(url: string | undefined): boolean
  close(): Promise<void>
}

const suffix = '/realtime/v1/websocket'
const maxChannels = 50
const maxSocketsPerUser = 20
const heartbeatMs = 25_000
/** Sessions are checked this often, in addition to the events that end them. */
const recheckMs = 60_000
/** The time that a socket has to join its first channel. */
const joinWithinMs = 30_000
const noTopics: ReadonlySet<string> = new Set()
const serviceRestart = 1012

/** A channel that was joined: who listens, and to which topics. */
interface Joined {
  message: Message
  channel: Channel
  principal: UserPrincipal
  topics: ReadonlySet<string>
}

/**
 * The live part of supabase-js: channels with `postgres_changes`, over the protocol of Phoenix. Each join brings the
 * caller's token, and gets the events that `/ws` would send to that user, as changes of tables.
 */
export function createSupabaseRealtime(options: RealtimeOptions): SupabaseRealtime {
  const { services, outbox, hub, authenticate, loadAudience } = options
  const codecs = new Map(
    options.addresses.map(({ prefix, front, tables }) => [`${prefix}${suffix}`, changesCodec(tables, front)]),
  )
  const upgrader = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes, perMessageDeflate: false })
  const sockets = new Set<ReturnType<typeof enter>>()
  const pathOf = (url = '/') => url.split('?', 1)[0] as string

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const codec = codecs.get(pathOf(request.url))
    if (!codec) return
    stream.on('error', () => stream.destroy())
    const { origin } = request.headers
    if (origin !== undefined && !isAllowedOrigin(services.config, origin))
      return refuse(
        stream,
        forbidden(`Pages of ${origin.slice(0, 200)} may not call this server. Add it to CORS_ORIGINS.`),
      )
    upgrader.handleUpgrade(request, stream, head, (ws) => {
      const one = enter(ws, request, codec)
      sockets.add(one)
      ws.on('close', () => sockets.delete(one))
    })
  }

  function enter(ws: WebSocket, request: IncomingMessage, codec: FrameCodec) {
    const channels = new Map<string, Joined>()
    const vsn = new URL(request.url ?? '/', 'http://self').searchParams.get('vsn') ?? '1.0.0'
    const socket = createSocket(ws, phoenixFrames(vsn), { message, closed })
    const late = setTimeout(() => channels.size === 0 && socket.close(4408, 'No channel was joined.'), joinWithinMs)

    const send = (message: Message) => socket.send(outgoingFrame('phoenix', message))
    const reply = (to: Message, status: 'ok' | 'error', response: object) =>
      send({ ...to, event: 'phx_reply', payload: { status, response } })

    async function message(_event: string, data: unknown): Promise<void> {
      const given = data as Message
      try {
        await handle(given)
      } catch (error) {
        const failure = asAppError(error)
        if (failure.status >= 500) services.log.error({ err: failure.cause ?? error }, failure.message)
        reply(given, 'error', { reason: failure.message })
      }
    }

    async function handle(given: Message): Promise<void> {
      switch (given.event) {
        case 'heartbeat':
          return reply(given, 'ok', {})
        case 'phx_join':
          return join(given)
        case 'phx_leave':
          leave(given.topic)
          reply(given, 'ok', {})
          return send({ ...given, event: 'phx_close', payload: {} })
        case 'access_token':
          return changeToken(given)
        default:
          throw badQuery(
            `${given.event.slice(0, 50)} is not supported here: only postgres_changes are. Send with the API instead.`,
          )
      }
    }

    async function join(given: Message): Promise<void> {
      if (!given.topic.startsWith('realtime:')) throw badQuery('A topic begins with realtime:.')
      const bindings = readBindings(given.payload.config)
      const principal = userOf(given.payload.access_token, request)
      // A client that is still asking for its token joins again with it, a second later.
      if (!principal) throw unauthorized('Sign in to receive changes.')
      const others = [...sockets].filter((one) => one.socket !== socket && one.listensAs(principal.userId))
      if (others.length >= maxSocketsPerUser) throw badQuery(`One user has at most ${maxSocketsPerUser} sockets.`)
      const { topics } = await loadAudience(principal, null)
      if (!socket.isOpen()) return
      leave(given.topic)
      if (channels.size >= maxChannels) throw badQuery(`One socket has at most ${maxChannels} channels.`)
      const channel = createChannel(bindings, codec, (payload) =>
        send({ ...given, ref: null, event: 'postgres_changes', payload }),
      )
      const joined: Joined = { message: given, channel, principal, topics: noTopics }
      channels.set(given.topic, joined)
      reply(given, 'ok', { postgres_changes: channel.bindings })
      listen(joined, topics)
    }

    /** Changes the topics of a channel, and says that it is live. */
    function listen(joined: Joined, topics: ReadonlySet<string>): void {
      const { channel, message } = joined
      for (const old of joined.topics) if (!topics.has(old)) hub.leave(old, channel)
      for (const fresh of topics) if (!joined.topics.has(fresh)) hub.join(fresh, channel)
      const isFirst = joined.topics.size === 0
      joined.topics = topics
      if (isFirst) send(systemMessage(message, 'ok', 'Subscribed to PostgreSQL'))
    }

    function end({ message }: Joined, reason: string): void {
      leave(message.topic)
      send(systemMessage(message, 'error', reason))
      send({ ...message, ref: null, event: 'phx_error', payload: { reason } })
      if (channels.size === 0) socket.close(4401, reason)
    }

    function leave(topic: string): void {
      const joined = channels.get(topic)
      if (!joined) return
      channels.delete(topic)
      for (const one of joined.topics) hub.leave(one, joined.channel)
    }

    /** A newer token of the same user; another user must join again. */
    async function changeToken(given: Message): Promise<void> {
      const joined = channels.get(given.topic)
      const principal = userOf(given.payload.access_token, request)
      if (!joined || !principal) return
      if (principal.userId !== joined.principal.userId)
        throw forbidden('Leave the channel, and join it as the other user.')
      const { topics } = await loadAudience(principal, null)
      if (channels.get(given.topic) !== joined) return
      joined.principal = principal
      listen(joined, topics)
    }

    function closed(): void {
      clearTimeout(late)
      for (const topic of channels.keys()) leave(topic)
    }

    return {
      socket,
      listensAs: (userId: string) => [...channels.values()].some(({ principal }) => principal.userId === userId),
      /** Reads the topics again, and ends the channels of sessions that are over. */
      async refresh(): Promise<void> {
        for (const [topic, joined] of channels) {
          try {
            const { topics } = await loadAudience(joined.principal, null)
            if (channels.get(topic) === joined) listen(joined, topics)
          } catch (error) {
            if (asAppError(error).status < 500) end(joined, 'The session has ended. Sign in again.')
          }
        }
      },
    }
  }

  /** Who joins: by the token of the message, else by the cookie of a page of an allowed origin. Null: no one yet. */
  function userOf(token: unknown, { headers }: IncomingMessage): UserPrincipal | null {
    const sent = typeof token === 'string' && token !== '' ? { authorization: `Bearer ${token}` } : {}
    const { cookie, origin } = headers
    // Any page can open a socket, so a cookie counts only with the Origin of an allowed one, which was checked.
    const principal: Principal = authenticate({
      ...sent,
      ...(cookie !== undefined && origin !== undefined && { cookie, origin }),
    })
    if (principal.kind === 'public') return null
    if (principal.kind !== 'user') throw forbidden('A channel is for a signed-in user. With an API key use webhooks.')
    return principal
  }

  const refreshUser = (userId: string) => {
    for (const one of sockets) if (one.listensAs(userId)) void one.refresh()
  }

  const follow = ({ type, data }: StoredEvent) => {
    if (type !== SessionRevoked.type && type !== MemberRoleChanged.type && type !== MemberRemoved.type) return
    refreshUser((data as { user_id: string }).user_id)
  }

  const unfollow = outbox.follow(follow)
  const heartbeat = setInterval(() => sockets.forEach(({ socket }) => socket.checkAlive()), heartbeatMs)
  const recheck = setInterval(() => sockets.forEach((one) => void one.refresh()), recheckMs)

  return {
    attach: (server) => void server.on('upgrade', upgrade),
    serves: (url) => codecs.has(pathOf(url)),
    async close() {
      clearInterval(heartbeat)
      clearInterval(recheck)
      unfollow()
      const closed = [...upgrader.clients].map(
        (ws) => new Promise<void>((resolve) => ws.once('close', () => resolve())),
      )
      for (const { socket } of sockets) socket.close(serviceRestart, 'The server restarts. Reconnect.')
      await Promise.all(closed)
    },
  }
}

const systemMessage = (to: Message, status: 'ok' | 'error', message: string): Message => ({
  ...to,
  ref: null,
  event: 'system',
  payload: { extension: 'postgres_changes', status, message, channel: to.topic.slice('realtime:'.length) },
})
