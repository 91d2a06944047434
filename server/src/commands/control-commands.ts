import type { z } from 'zod'
import type { ControlCommand } from '../platform/control/server.ts'
import type { OpenDatabase } from '../platform/database/open.ts'
import type { Services } from '../platform/services.ts'
import { type Operation, operations } from './operations.ts'

/** The commands that a running server carries out for the command line, by name. Each reads its arguments through a schema. */
export const controlCommands = (database: OpenDatabase, services: Services): Record<string, ControlCommand> => ({
  ...Object.fromEntries((operations as Operation<z.ZodType, unknown>[]).map(toCommand(services))),
  async ping() {
    return {}
  },
  async snapshot() {
    return { path: await database.snapshot?.() }
  },
})

const toCommand =
  (services: Services) =>
  ({ name, input, run }: Operation<z.ZodType, unknown>): [string, ControlCommand] => [
    name,
    (args) => run(services, input.parse(args)),
  ]
