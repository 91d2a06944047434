import type { WebSocket } from 'ws'
import { z } from 'zod'
import { createContext, type Principal } from '../../platform/context.ts'
import { AppError, notFound } from '../../platform/errors.ts'
import { asAppError } from '../../platform/http/error-response.ts'
import { validate } from '../../platform/http/parse.ts'
import { newId } from '../../platform/id.ts'
import type { Outbox } from '../../platform/outbox/outbox.ts'
import type { Services } from '../../platform/services.ts'
import { type FrameCodec, outgoingFrame } from '../../platform/sockets/frame-codec.ts'
import type { Hub } from '../../platform/sockets/hub.ts'
import { type Socket, createSocket } from '../../platform/sockets/socket.ts'
import type { Audience, AudienceChange } from '../../platform/sockets/audience.ts'
import type { CommandSocket, SocketCommand } from '../../platform/sockets/commands.ts'
import { createLiveStream } from './live-stream.ts'
import type { ReadMissed } from './missed.ts'
import { Resume } from './schema.ts'

/** One signed-in client. */
export interface Connection extends Pick<Socket, 'close' | 'checkAlive'> {
  readonly userId: string
  /** Null for a guest, who has no user account. */
  readonly sessionId: string | null
  /** Reloads the session and the topics of its user. Closes the socket with 4401 when the session has ended. */
  refresh(): Promise<void>
  /** Adds and removes topics immediately. */
  change(change: AudienceChange): void
}

export interface ConnectionOptions {
  services: Services
  outbox: Outbox
  hub: Hub
  /** Of the address that the client connected to. */
  codec: FrameCodec
  commands: ReadonlyMap<string, SocketCommand>
  principal: Principal
  audience: Audience
  /** Reloads the topics of this client. Throws 401 when its session has ended. */
  load(workspaceId: string | null): Promise<Audience>
  readMissed: ReadMissed
  /** From `/ws?after=`: the client first receives the frames it missed. */
  after: string | null
  closed(connection: Connection): void
}

const maxRooms = 100
/** A client resumes within this time after the handshake, and before any other command. */
const resumeWithinMs = 1000
const sessionOver = 4401
const tryAgainLater = 1013

export function createConnection(ws: WebSocket, options: ConnectionOptions): Connection {
  const { services, outbox, hub, commands, principal } = options
  let audience = options.audience
  /** Counts changes, to detect one that arrived while the audience was loaded. */
  let changes = 0
  /** Topics joined by command, with the workspace of the command. */
  const rooms = new Map<string, string | null>()

  const topicsOf = () => new Set([...audience.topics, ...rooms.keys()])
  const socket = createSocket(ws, options.codec, { message, closed }, audience.userId)
  const stream = createLiveStream({ outbox, socket, topics: topicsOf, readMissed: options.readMissed })
  for (const topic of audience.topics) hub.join(topic, stream)

  const connection: Connection = {
    userId: audience.userId,
    sessionId: principal.kind === 'user' ? principal.sessionId : null,
    close: socket.close,
    checkAlive: socket.checkAlive,
    async refresh() {
      try {
        let asOf: number
        let now: Audience
        do {
          asOf = changes
          now = await options.load(null)
        } while (changes !== asOf)
        subscribeTo(now)
      } catch (error) {
        if (error instanceof AppError && error.status === 401) socket.close(sessionOver, 'The session has ended.')
        else
          services.log.warn(
            { err: error },
            'The topics of a live client could not be reloaded. The next check tries again.',
          )
      }
    },
    change({ joins = [], leaves = [] }) {
      changes++
      const left = new Set(leaves)
      for (const topic of left) if (rooms.delete(topic)) hub.leave(topic, stream)
      subscribeTo({ ...audience, topics: new Set([...audience.topics, ...joins].filter((topic) => !left.has(topic))) })
    },
  }
  // A busy node first reads the frames that have arrived meanwhile.
  const beginning = setTimeout(() => setImmediate(() => setImmediate(begin)), resumeWithinMs)
  if (options.after !== null) void resume(options.after)
  return connection

  function closed() {
    clearTimeout(beginning)
    for (const topic of topicsOf()) hub.leave(topic, stream)
    options.closed(connection)
  }

  function subscribeTo(now: Audience) {
    const before = topicsOf()
    for (const [room, workspaceId] of rooms) {
      if (workspaceId !== null && now.roles.get(workspaceId) !== audience.roles.get(workspaceId)) rooms.delete(room)
    }
    audience = { ...now, workspaceId: audience.workspaceId }
    if (!socket.isOpen()) return
    const after = topicsOf()
    for (const topic of before) if (!after.has(topic)) hub.leave(topic, stream)
    for (const topic of after) if (!before.has(topic)) hub.join(topic, stream)
  }

  async function message(event: string, data: unknown) {
    try {
      if (event === 'resume') return await resume(validate(Resume, data, 'data').after ?? undefined)
      await begin()
      if (event === 'ping') socket.send(outgoingFrame('pong', {}))
      else await run(event, data)
    } catch (error) {
      const failure = asAppError(error)
      if (failure.status >= 500) services.log.error({ err: failure.cause ?? error, command: event }, failure.message)
      socket.sendError(failure, event.slice(0, 100))
    }
  }

  async function begin() {
    clearTimeout(beginning)
    await stream.begin().catch(giveUp)
  }

  async function resume(after: string | undefined) {
    clearTimeout(beginning)
    try {
      await stream.resume(after)
    } catch (error) {
      const failure = asAppError(error)
      socket.sendError(failure, 'resume')
      if (failure.status >= 500) giveUp(error)
      else await begin()
    }
  }

  /** Closes the socket instead of leaving a gap: the client reconnects and resumes. */
  function giveUp(error: unknown) {
    services.log.warn({ err: error }, 'The frames that a live client missed could not be sent.')
    socket.close(tryAgainLater, 'The frames you missed could not be read. Reconnect.')
  }

  async function run(event: string, data: unknown) {
    const command = commands.get(event)
    if (!command) throw new AppError(404, 'unknown_event', `Clients cannot send an event ${JSON.stringify(event)}.`)
    const ctx = createContext({
      services,
      principal,
      entry: { access: command.access, workspaceId: workspaceOf(data) ?? audience.workspaceId },
      requestId: newId(),
      log: services.log,
    })
    const { workspace_id } = await ctx.db.actor()
    await command.handle(ctx, commandSocket(workspace_id), validate(command.data, data, 'data'))
  }

  function commandSocket(workspaceId: string | null): CommandSocket {
    return {
      userId: audience.userId,
      join(topic) {
        if (!socket.isOpen() || topicsOf().has(topic)) return
        if (rooms.size >= maxRooms)
          throw new AppError(429, 'too_many_rooms', `One socket can join at most ${maxRooms} rooms. Leave one first.`)
        rooms.set(topic, workspaceId)
        hub.join(topic, stream)
      },
      leave(topic) {
        if (rooms.delete(topic) && !audience.topics.has(topic)) hub.leave(topic, stream)
      },
      send: (event, data) => socket.send(outgoingFrame(event, data)),
    }
  }
}

/** Returns the workspace that a command names; `shopId` is one too. Throws 404 for a value that is not an id. */
function workspaceOf(data: unknown): string | undefined {
  const { workspace_id, shopId } = (data ?? {}) as { workspace_id?: unknown; shopId?: unknown }
  const wanted = workspace_id ?? shopId
  if (wanted === undefined) return undefined
  const id = z.uuid().safeParse(wanted)
  if (!id.success) throw notFound('workspace')
  return id.data
}
