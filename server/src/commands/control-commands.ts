import type { ControlCommand } from '../platform/control/server.ts'
import type { OpenDatabase } from '../platform/database/open.ts'

/** What a running server does for the command line, by name. Each reads its arguments through a schema. */
export const controlCommands = (database: OpenDatabase): Record<string, ControlCommand> => ({
  async snapshot() {
    return { path: await database.snapshot?.() }
  },
})
