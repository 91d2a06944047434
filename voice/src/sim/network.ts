import type { SimSession } from './media-engine.ts'

/** What stands for the wire: a session's description is its name here, by which the other end finds it. */
export interface SimNetwork {
  sessions: Map<string, SimSession>
}

export const createSimNetwork = (): SimNetwork => ({ sessions: new Map() })
