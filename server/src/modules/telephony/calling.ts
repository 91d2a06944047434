import type { VoiceGateway } from '@switchboard/voice'
import { withPatience } from '../../platform/database/patience.ts'
import type { StoredEvent } from '../../platform/events.ts'
import type { Outbox } from '../../platform/outbox/outbox.ts'
import type { Services } from '../../platform/services.ts'
import { WorkspaceDeleted } from '../identity/events.ts'
import { SipProviderChanged } from './events.ts'
import { createTelephony, type Telephony } from './voice.ts'

/** How long calls in progress may take to end by themselves when the server stops. */
const callsEndWithinMs = 5_000

/** What a module gets to make calls, and to take them with `telephony.onInboundCall`. */
export interface CallingContext {
  services: Services
  gateway: VoiceGateway
  telephony: Telephony
}

/** The part of a module that makes or takes calls on this node. */
export interface CallService {
  /** The node holds its lease and looks after its trunks from now on. */
  start(): void
  /** A trunk was opened or closed, or its state changed. */
  wake(): void
  /** Receives every event of the outbox, in order. Must not throw. */
  notice(event: Pick<StoredEvent, 'type' | 'data'>): void
  /** Makes no more calls, and resolves when those in progress have ended; hangs up what is left after `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>
}

/** What a module declares as one of its `callServices`. */
export type CreateCallService = (context: CallingContext) => CallService

export interface Calling {
  /** Ends the calls in progress, then gives up the trunks and the lease. */
  stop(): Promise<void>
}

/**
 * The telephone side of a node: its lease, the trunks in the voice gateway, metrics, and the services that make or take
 * calls. Resolves when the lease is taken and the services have started; trunks open in the background.
 */
export async function startCalling(
  services: Services,
  voice: VoiceGateway,
  outbox: Outbox,
  users: readonly CreateCallService[],
): Promise<Calling> {
  const wake = () => {
    for (const user of callServices) user.wake()
  }
  const telephony = createTelephony(services, voice, { onChange: wake })
  const callServices = users.map((create) => create({ services, gateway: voice, telephony }))
  const stopFollowing = outbox.follow((event) => {
    if (event.type === SipProviderChanged.type || event.type === WorkspaceDeleted.type) {
      telephony
        .sync()
        .then(wake, (error: unknown) => services.log.warn({ err: error }, 'Trunks could not be synced; trying again.'))
    }
    for (const user of callServices) user.notice(event)
  })
  measure(services, voice, telephony)
  await withPatience(services.log, () => telephony.start())
  for (const user of callServices) user.start()
  return {
    async stop() {
      stopFollowing()
      await Promise.all(callServices.map((user) => user.stop(callsEndWithinMs)))
      await telephony.stop()
    },
  }
}

function measure({ metrics }: Services, voice: VoiceGateway, telephony: Telephony): void {
  metrics.gauge('switchboard_calls', 'Calls in progress on this node.', async () => (await voice.load()).activeCalls)
  metrics.gauge(
    'switchboard_rtp_lateness_p99_ms',
    'How late RTP packets left in the last 10 s.',
    async () => (await voice.load()).pacerP99Ms,
  )
  metrics.gauge('switchboard_trunks', 'SIP providers whose trunk this node holds.', () => telephony.trunks().size)
}
