import type { VoiceGateway } from '@switchboard/voice'
import type { Connections } from './database/connections.ts'
import { createContext, type Ctx } from './context.ts'
import { newId } from './id.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Config } from '../config.ts'
import type { Secrets } from './crypto/secrets.ts'
import type { Storage } from './storage/storage.ts'
import type { Jobs } from './jobs.ts'
import type { Outbound } from './outbound.ts'
import type { Broadcast } from './sockets/hub.ts'

/** The services of a running server: created once in `app.ts`, passed on in every context. */
export interface Services {
  readonly config: Config
  readonly log: Log
  readonly now: () => Date
  readonly connections: Connections
  /** Encrypts what must be read back: SIP passwords, tokens of integrations. */
  readonly secrets: Secrets
  readonly storage: Storage
  readonly jobs: Jobs
  /** The only way out to the internet. */
  readonly outbound: Outbound
  /** The telephone engine, where this node runs one. */
  readonly voice: VoiceGateway | null
  readonly metrics: Metrics
  /** Sends what need not be stored to live clients: progress, typing, presence. */
  readonly live: Broadcast
  /** Wakes the readers of the outbox after a commit. */
  readonly outbox: { wake(): void }
}

/**
 * The server acting for itself: in one workspace (as a member would see it), or across all with `workspaceId: null`.
 * `share`: whose share of the connections this uses; by default that of the server in this workspace.
 */
export function serverContext(
  services: Services,
  as: { workspaceId: string | null; userId?: string; share?: string },
): Ctx {
  const principal = { kind: 'server', workspaceId: as.workspaceId, userId: as.userId ?? null } as const
  return createContext({
    services,
    principal,
    entry: { access: 'public', workspaceId: as.workspaceId },
    ...(as.share !== undefined && { share: as.share }),
    requestId: newId(),
    log: services.log,
  })
}
