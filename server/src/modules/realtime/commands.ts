import type { z } from 'zod'
import type { Access } from '../../platform/access.ts'
import type { Ctx } from '../../platform/context.ts'

/** What a module sees of the socket that a command came by. */
export interface CommandSocket {
  readonly userId: string
  /** Hears this topic from now on, until the socket closes or the user loses the command's workspace. Throws 429 beyond 100. */
  join(topic: string): void
  leave(topic: string): void
  /** To this socket alone. */
  send(event: string, data: object): void
}

/** Something a client may ask for over its socket: a frame with this `event`. Modules declare theirs; `app.ts` lists them. */
export interface SocketCommand<T extends z.ZodType = z.ZodType> {
  readonly event: string
  /** Checked as for a route, in the workspace of `data.workspace_id` or else the socket's. */
  readonly access: Exclude<Access, 'public'>
  readonly data: T
  handle(ctx: Ctx, socket: CommandSocket, data: z.output<T>): Promise<void>
}

export const socketCommand = <T extends z.ZodType>(command: SocketCommand<T>): SocketCommand => command
