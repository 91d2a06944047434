import type { z } from 'zod'
import type { Ctx } from './context.ts'

/** Work to be done later, by any node, at least once. Its handler runs as the server in the workspace it was asked for. */
export interface JobType<T extends z.ZodType = z.ZodType> {
  /** Letters, digits, `.`, `-` and `_`: `contacts.import`. */
  readonly name: string
  readonly input: T
  /** Tries in all, default 3; the pauses between them grow from 1 s. */
  readonly attempts?: number
  /** Given up and tried again after this long, default 300 s. */
  readonly timeoutSeconds?: number
  /** The number of concurrent jobs on one node, default 1. */
  readonly concurrency?: number
  /** The number of concurrent jobs of one workspace, on all nodes. Default: no limit, but workspaces take turns (job-turns.ts). */
  readonly concurrencyPerWorkspace?: number
  /** Cron expression in UTC: it also runs by itself, on one node, in no workspace, with an empty input. */
  readonly schedule?: string
  run(ctx: Ctx, input: z.output<T>): Promise<void>
  /** The last try has failed, or died with its process: says so to those who wait. At least once, so it may run twice. */
  givenUp?(ctx: Ctx, input: z.output<T>): Promise<void>
}

/** Declares a kind of job; the composition root lists it. */
export const job = <T extends z.ZodType>(definition: JobType<T>): JobType<T> => definition

/** Asking for jobs, from any node. */
export interface Jobs {
  /** Enqueues in the caller's transaction when there is one, so the job exists if and only if the change does. */
  enqueue<T extends z.ZodType>(
    ctx: Ctx,
    type: JobType<T>,
    input: z.input<T>,
    options?: { startAfterSeconds?: number },
  ): Promise<void>
}
