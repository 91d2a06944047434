import type { z } from 'zod'
import type { Access } from '../access.ts'
import type { Ctx } from '../context.ts'

/** The socket of a command, as its handler sees it. */
export interface CommandSocket {
  readonly userId: string
  /** Subscribes the socket to a topic until it closes or the user loses the command's workspace. Throws 429 beyond 100. */
  join(topic: string): void
  leave(topic: string): void
  /** Sends a frame to this socket alone. */
  send(event: string, data: object): void
}

/** A frame with this `event` that a client may send over its socket. Modules declare theirs. */
export interface SocketCommand<T extends z.ZodType = z.ZodType> {
  readonly event: string
  /** Checked as for a route, in the workspace of `data.workspace_id` or else the socket's. */
  readonly access: Exclude<Access, 'public'>
  readonly data: T
  handle(ctx: Ctx, socket: CommandSocket, data: z.output<T>): Promise<void>
}

export const socketCommand = <T extends z.ZodType>(command: SocketCommand<T>): SocketCommand => command
