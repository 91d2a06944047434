import type { z } from 'zod'
import { readConfig } from '../config.ts'
import type { Environment } from '../config/values.ts'
import { NoServer, askServer } from '../platform/control/ask.ts'
import type { Operation } from './operations.ts'
import { withServices } from './with-app.ts'

/** Runs one operation. Throws what the operation throws. */
export type Operate = <I extends z.ZodType, R>(operation: Operation<I, R>, input: z.input<I>) => Promise<R>

/**
 * Runs operations where the database can be had: with the embedded one in the running server, if there is one; otherwise
 * here.
 */
export async function withOperations<T>(env: Environment, work: (operate: Operate) => Promise<T>): Promise<T> {
  const { database, dataDir } = readConfig(env)
  if (!database.url && (await isServed(dataDir)))
    return work(async (operation, input) => (await askServer(dataDir, operation.name, input as object)) as never)
  return withServices(env, (services) =>
    work((operation, input) => operation.run(services, operation.input.parse(input))),
  )
}

async function isServed(dataDir: string): Promise<boolean> {
  try {
    await askServer(dataDir, 'ping')
    return true
  } catch (error) {
    if (error instanceof NoServer) return false
    throw error
  }
}

/** One operation, as `withOperations` runs it. */
export const operate = <I extends z.ZodType, R>(
  env: Environment,
  operation: Operation<I, R>,
  input: z.input<I>,
): Promise<R> => withOperations(env, (operate) => operate(operation, input))
