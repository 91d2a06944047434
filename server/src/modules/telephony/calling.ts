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

/** What a module needs to make calls, and to take calls with `telephony.onInboundCall`. */
export interface CallingContext {
  services: Services
  gateway: VoiceGateway
  telephony: Telephony
}

/** The part of a module that makes or takes calls on this node. */
export interface CallService {
  /** Called when the node has its lease and begins to open its trunks. */
  start(): void
  /** Called when a trunk was opened or closed, or its state changed. */
  wake(): void
  /** Receives every event of the outbox, in order. Must not throw. */
  notice(event: Pick<StoredEvent, 'type' | 'data'>): void
  /** Makes no more calls. Resolves when the calls in progress have ended; hangs up the rest after `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>
}

/** A module lists functions of this type as its `callServices`. */
export type CreateCallService = (context: CallingContext) => CallService

export interface Calling {
  /** Ends the calls in progress, then releases the trunks and the lease. */
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
        .then(wake, (error: unknown) =>
          services.log.warn({ err: error }, 'Trunks could not be synchronised. The next poll tries again.'),
        )
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
