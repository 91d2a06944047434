import type { VoiceGateway } from '@switchboard/voice'
import { withPatience } from '../../platform/database/patience.ts'
import type { Outbox } from '../../platform/outbox/outbox.ts'
import type { Services } from '../../platform/services.ts'
import { WorkspaceDeleted } from '../identity/events.ts'
import { SipProviderChanged } from '../telephony/events.ts'
import { createTelephony } from '../telephony/index.ts'
import { createCampaignEngine } from './engine/engine.ts'

/** How long calls in progress may take to end by themselves when the server stops. */
const callsEndWithinMs = 5_000

export interface Calling {
  stop(): Promise<void>
}

/** The telephone side of a node: its trunks, and the campaigns that go through them. */
export async function startCalling(services: Services, voice: VoiceGateway, outbox: Outbox): Promise<Calling> {
  const telephony = createTelephony(services, voice, { onChange: () => engine.wake() })
  const engine = createCampaignEngine({ services, gateway: voice, telephony })
  const stopFollowing = outbox.follow((event) => {
    if (event.type === SipProviderChanged.type || event.type === WorkspaceDeleted.type) {
      telephony
        .sync()
        .then(engine.wake, (error: unknown) =>
          services.log.warn({ err: error }, 'The trunks could not be looked after; trying again.'),
        )
    } else engine.notice(event)
  })
  const { metrics } = services
  metrics.gauge('switchboard_calls', 'Calls in progress on this node.', async () => (await voice.load()).activeCalls)
  metrics.gauge(
    'switchboard_rtp_lateness_p99_ms',
    'How late RTP packets left in the last 10 s.',
    async () => (await voice.load()).pacerP99Ms,
  )
  metrics.gauge('switchboard_trunks', 'SIP providers in the hands of this node.', () => telephony.trunks().size)
  await withPatience(services.log, () => telephony.start())
  engine.start()
  return {
    async stop() {
      stopFollowing()
      await engine.stop(callsEndWithinMs)
      await telephony.stop()
    },
  }
}
