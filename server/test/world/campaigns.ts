import type { Fixture } from '../world.ts'

export const create: Fixture = async ({ canary, ids, make }) => {
  const campaign = await make('/api/campaigns', {
    title: canary,
    description: canary,
    contact_list_id: ids['contact-lists'],
    sip_provider_id: ids['sip-providers'],
    greeting_file_id: ids['greeting-files'],
    transfer_number: '+15554440000',
  })
  return { campaigns: String(campaign.id) }
}
