import { z } from 'zod'
import { type SocketCommand, socketCommand } from '../../platform/sockets/commands.ts'
import { getCampaign } from './campaigns.ts'
import { CampaignProgress } from './schema.ts'
import { TestCall } from './test-calls/schema.ts'
import { progressOf } from './status.ts'

/** What a client may ask for over its socket: where a campaign stands, at once. News of it come to every member anyway. */
export const campaignCommands: SocketCommand[] = [
  socketCommand({
    event: 'campaign:watch',
    access: 'campaigns:read',
    data: z.object({ campaign_id: z.uuid() }),
    async handle(ctx, socket, { campaign_id }) {
      socket.send('campaign:progress', progressOf(await getCampaign(ctx, campaign_id)))
    },
  }),
]

export const campaignFrames = { 'campaign:progress': CampaignProgress, 'test-call:update': TestCall }
