import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { AppError, badRequest, tooManyRequests, unavailable } from '../../platform/errors.ts'
import type { StoredEvent } from '../../platform/events.ts'
import { createFairQueue } from '../../platform/fair-queue.ts'
import { addressKey } from '../../platform/http/address-key.ts'
import { asAppError } from '../../platform/http/error-response.ts'
import type { Outbox } from '../../platform/outbox/outbox.ts'
import type { Services } from '../../platform/services.ts'
import { type FrameCodec, type FrameCodecs, ourFrames } from '../../platform/sockets/frame-codec.ts'
import type { Hub } from '../../platform/sockets/hub.ts'
import { maxFrameBytes } from '../../platform/sockets/socket.ts'
import { MemberJoined, MemberRemoved, MemberRoleChanged, SessionRevoked, WorkspaceDeleted } from '../identity/events.ts'
import type {
  PresenceTracker,
  Audience,
  AudienceChange,
  AudienceSource,
  GuestKind,
} from '../../platform/sockets/audience.ts'
import type { SocketCommand } from '../../platform/sockets/commands.ts'
import { type UserPrincipal, createAudienceLoader } from './audience.ts'
import { type Connection, createConnection } from './connection.ts'
import {
  type AuthenticateHeaders,
  checkAddress,
  closeRefused,
  type Handshake,
  isClosable,
  readHandshake,
  refuse,
} from './handshake.ts'
import { frameOf } from './live-stream.ts'
import { createMissedReader } from './missed.ts'

export interface RealtimeOptions {
  services: Services
  outbox: Outbox
  hub: Hub
  authenticate: AuthenticateHeaders
  /** Guests, who can receive but not send. */
  guests?: readonly GuestKind[]
  /** Is this address served by another part of the server? */
  isElsewhere?(url: string | undefined): boolean
  /** Addresses besides `/ws`, whose clients write frames in another way. */
  codecs?: FrameCodecs
  /** Addresses that are not served, each with the sentence that its sockets are closed with. */
  unserved?: Readonly<Record<string, string>>
  /** The commands of all modules. */
  commands: readonly SocketCommand[]
  /** Topics of users besides those of their workspaces, of all modules. */
  sources?: readonly AudienceSource[]
  /** Notified when users connect and disconnect. */
  presenceTrackers?: readonly Omit<PresenceTracker, 'stop'>[]
}

export interface Realtime {
  /** Serves `/ws` and the addresses of `codecs` on this server. */
  attach(server: Server): void
  /** Returns the number of clients connected to this node. */
  size(): number
  /** Refuses new clients and closes all sockets with 1012, so that clients reconnect to another node. */
  close(): Promise<void>
}

const maxSocketsPerUser = 20
/** Concurrent handshakes. Their topics are read together, so that requests do not wait for them. */
const handshakesAtOnce = 200
const maxWaitingHandshakes = 20_000
const handshakeWaitMs = 20_000
const heartbeatMs = 25_000
/** Sessions are checked this often, in addition to the events that end them. */
const recheckMs = 60_000
const serviceRestart = 1012
const sessionOver = 4401

interface Admitted extends Handshake {
  codec: FrameCodec
  load(workspaceId: string | null): Promise<Audience>
  audience: Audience
  asOf: number
}

type Address = ReturnType<typeof checkAddress>

const noCommands: ReadonlyMap<string, SocketCommand> = new Map()

/** The live part of the API: sends events of the log and of the hub to the clients that are subscribed to their topics. */
export function createRealtime(options: RealtimeOptions): Realtime {
  const { services, outbox, hub, authenticate, guests = [], commands, sources = [], presenceTrackers = [] } = options
  const unserved = new Map(Object.entries(options.unserved ?? {}))
  const codecs: FrameCodecs = { ...options.codecs, '/ws': ourFrames }
  const byEvent = new Map(commands.map((command) => [command.event, command]))
  if (byEvent.size < commands.length) throw new Error('Two socket commands have the same event.')
  const users = new Map<string, Set<Connection>>()
  const upgrader = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    // A browser needs one of its offered protocols back, which must not be the token, its second offer.
    handleProtocols: (offers) => (offers.has('bearer') ? 'bearer' : false),
  })
  upgrader.on('wsClientError', ({ message }, stream) =>
    refuse(stream, badRequest('malformed_handshake', `${message}.`)),
  )
  const handshakes = createFairQueue({ limit: handshakesAtOnce, maxWaitingPerKey: maxWaitingHandshakes })
  const readMissed = createMissedReader(services)
  const loadAudience = createAudienceLoader(services, sources)
  let isClosing = false
  /** Counts changes of sessions and memberships, to detect one during a handshake. */
  let changes = 0
  /** The changes during each handshake that is in progress. */
  const arriving = new Set<AudienceChange[]>()

  const connections = () => [...users.values()].flatMap((set) => [...set])

  const follow = (event: StoredEvent) => {
    try {
      applyChange(event)
      for (const source of sources) changeAudience(source.changes(event))
      if (!hub.hasSubscribers(event.topics)) return
      const frame = frameOf(event)
      if (frame) hub.deliver(event.topics, frame, event)
    } catch (error) {
      services.log.error(
        { err: error, event_id: event.id, type: event.type },
        'An event could not be sent to live clients.',
      )
    }
  }

  const changeAudience = (change: AudienceChange | undefined) => {
    if (!change) return
    for (const missed of arriving) missed.push(change)
    for (const userId of change.userIds) {
      for (const connection of users.get(userId) ?? []) connection.change(change)
    }
  }

  const applyChange = ({ type, data }: StoredEvent) => {
    switch (type) {
      case SessionRevoked.type: {
        changes++
        const { user_id, session_ids } = SessionRevoked.data.parse(data)
        for (const connection of users.get(user_id) ?? []) {
          if (connection.sessionId && session_ids.includes(connection.sessionId))
            connection.close(sessionOver, 'The session has ended.')
        }
        return
      }
      case MemberJoined.type:
      case MemberRoleChanged.type:
      case MemberRemoved.type: {
        changes++
        const { user_id } = MemberRemoved.data.parse(data)
        for (const connection of users.get(user_id) ?? []) void connection.refresh()
        return
      }
      case WorkspaceDeleted.type:
        changes++
        for (const connection of connections()) void connection.refresh()
    }
  }

  const loaderOf = ({ principal, loadGuest }: Handshake) =>
    loadGuest ?? ((workspaceId: string | null) => loadAudience(principal as UserPrincipal, workspaceId))

  const admit = async (request: IncomingMessage, { codec, query }: Address): Promise<Admitted> => {
    const handshake = await readHandshake(services, { authenticate, guests }, request, query)
    const asOf = changes
    const load = loaderOf(handshake)
    const audience = await load(handshake.workspaceId)
    if ((users.get(audience.userId)?.size ?? 0) >= maxSocketsPerUser) {
      throw tooManyRequests(60, `One user has at most ${maxSocketsPerUser} sockets.`)
    }
    return { ...handshake, codec, load, audience, asOf }
  }

  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (options.isElsewhere?.(request.url)) return
    const destroy = () => void stream.destroy()
    stream.on('error', destroy)
    const missed: AudienceChange[] = []
    try {
      if (isClosing) throw unavailable('The server is about to restart.', 1)
      const unservedBecause = unserved.get(String(request.url).replace(/\?.*/, ''))
      if (unservedBecause !== undefined) {
        stream.off('error', destroy)
        const failure = new AppError(404, 'not_found', unservedBecause)
        upgrader.handleUpgrade(request, stream, head, (ws) => closeRefused(ws, failure))
        return
      }
      const address = checkAddress(services, { guests, codecs }, request)
      const letIn = () => {
        arriving.add(missed)
        return admit(request, address)
      }
      const turn = { timeoutMs: handshakeWaitMs }
      const admitted = await handshakes.run(addressKey(request.socket.remoteAddress ?? ''), letIn, turn).catch(closable)
      stream.off('error', destroy)
      upgrader.handleUpgrade(request, stream, head, (ws) =>
        admitted instanceof AppError ? closeRefused(ws, admitted) : enter(ws, admitted, missed),
      )
    } catch (error) {
      const failure = asAppError(error)
      if (failure.status >= 500) services.log.error({ err: failure.cause ?? error }, failure.message)
      refuse(stream, failure)
    } finally {
      arriving.delete(missed)
    }
  }

  /** Returns an error that can be sent as a close code. Throws any other. */
  const closable = (error: unknown): AppError => {
    const failure = asAppError(error)
    if (isClosable(failure)) return failure
    throw failure
  }

  const enter = (ws: WebSocket, admitted: Admitted, missed: AudienceChange[]) => {
    const { codec, principal, loadGuest, load, audience, after, asOf } = admitted
    const connection = createConnection(ws, {
      services,
      outbox,
      hub,
      codec,
      commands: loadGuest ? noCommands : byEvent,
      principal,
      audience,
      load,
      readMissed,
      after,
      closed: leave,
    })
    const others = users.get(connection.userId)
    if (others) others.add(connection)
    else users.set(connection.userId, new Set([connection]))
    if (!others && connection.sessionId !== null)
      for (const tracker of presenceTrackers) tracker.arrived(connection.userId)
    for (const change of missed) if (change.userIds.includes(connection.userId)) connection.change(change)
    if (changes !== asOf) void connection.refresh()
  }

  const leave = (connection: Connection) => {
    const others = users.get(connection.userId)
    others?.delete(connection)
    if (others?.size !== 0) return
    users.delete(connection.userId)
    if (connection.sessionId !== null) for (const tracker of presenceTrackers) tracker.left(connection.userId)
  }

  const unfollow = outbox.follow(follow)
  const heartbeat = setInterval(() => connections().forEach((connection) => connection.checkAlive()), heartbeatMs)
  // A few each second rather than all at once.
  let turn = 0
  const recheck = setInterval(() => {
    const slots = recheckMs / 1000
    turn = (turn + 1) % slots
    connections().forEach((connection, i) => i % slots === turn && void connection.refresh())
  }, 1000)

  return {
    attach: (server) => void server.on('upgrade', upgrade),
    size: () => connections().length,
    async close() {
      isClosing = true
      clearInterval(heartbeat)
      clearInterval(recheck)
      unfollow()
      const open = [...upgrader.clients]
      const closed = open.map((ws) => new Promise<void>((resolve) => ws.once('close', () => resolve())))
      for (const connection of connections()) connection.close(serviceRestart, 'The server restarts. Reconnect.')
      await Promise.all(closed)
    },
  }
}
