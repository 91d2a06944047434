import { sql } from 'kysely'
import { statement } from '../../platform/database/statement.ts'
import type { FieldFault } from '../../platform/errors.ts'
import { fewestChannels } from './engine/channels.ts'
import type { KeyMap } from './settings-schema.ts'

interface Provider {
  id: string
  caller_ids: string[]
  max_concurrent_calls: number
  transfer_mode: 'bridge' | 'refer'
}

const provider = (alias: string) => sql`
  jsonb_build_object('id', ${sql.ref(`${alias}.id`)}, 'caller_ids', ${sql.ref(`${alias}.caller_ids`)},
                     'max_concurrent_calls', ${sql.ref(`${alias}.max_concurrent_calls`)}, 'transfer_mode', ${sql.ref(`${alias}.transfer_mode`)})`

/** What decides whether a campaign can start. */
export interface Readiness {
  channels: string[]
  contact_list_id: string | null
  has_contacts: boolean
  greeting_id: string | null
  sip_provider_id: string | null
  provider_active: boolean | null
  provider: Provider | null
  /** The owner's active providers, or the workspace's when the owner has none. */
  active_providers: Provider[]
  caller_id: string | null
  transfer_number: string | null
  /** Transfer numbers that are no longer among the workspace's. */
  unknown_transfer_numbers: string[]
  key_map: KeyMap
}

export const findReadiness = statement(
  'campaigns.readiness',
  (_, p: { id: string }) =>
    sql<Readiness>`
    select c.channels, c.contact_list_id,
           exists (select from contacts.list_items i where i.workspace_id = c.workspace_id and i.contact_list_id = c.contact_list_id) as has_contacts,
           c.greeting_id, c.sip_provider_id, p.active as provider_active,
           case when p.id is not null then ${provider('p')} end as provider,
           coalesce(
             (select jsonb_agg(${provider('a')}) from telephony.sip_providers a where a.active and a.user_id = c.user_id),
             (select jsonb_agg(${provider('a')}) from telephony.sip_providers a where a.active),
             '[]') as active_providers,
           c.caller_id, c.transfer_number, c.key_map,
           array(select number from unnest(c.transfer_numbers) number
                  where not exists (select from telephony.transfer_numbers n where n.workspace_id = c.workspace_id and n.phone_number = number)) as unknown_transfer_numbers
      from campaigns.campaigns c
      left join telephony.sip_providers p on p.workspace_id = c.workspace_id and p.id = c.sip_provider_id
     where c.id = ${p.id}`,
)

/** Why a campaign cannot transfer over a provider of one channel. */
export const tooFewChannels =
  'A key transfers the call, which takes a second channel, and the SIP provider allows 1 call at a time. Raise its max_concurrent_calls to 2 or more, set its transfer_mode to refer if the carrier supports it, or take the key out of key_map.'

/** Everything that is still missing, and the provider to call through when nothing is. */
export function checkReadiness(campaign: Readiness): { faults: FieldFault[]; sip_provider_id: string | null } {
  const faults: FieldFault[] = []
  const fault = (path: string, message: string) => void faults.push({ path, message })
  const { active_providers } = campaign
  const chosen = campaign.sip_provider_id
    ? campaign.provider
    : active_providers.length === 1
      ? active_providers[0]
      : undefined

  const unworked = campaign.channels.filter((channel) => channel !== 'phone')
  if (unworked.length > 0)
    fault('channels', `Campaigns only call by telephone so far: take ${unworked.join(', ')} out of channels.`)
  if (!campaign.channels.includes('phone')) fault('channels', 'Put phone among the channels.')
  if (!campaign.contact_list_id) fault('contact_list_id', 'Choose a contact list to call.')
  else if (!campaign.has_contacts) fault('contact_list_id', 'The contact list is empty.')
  if (!campaign.greeting_id)
    fault('greeting_file_id', 'Choose the greeting to play: upload one with POST /api/greeting-files.')
  if (!chosen) {
    fault(
      'sip_provider_id',
      active_providers.length === 0
        ? 'Add a SIP provider and switch it on.'
        : 'Several SIP providers are active: choose one.',
    )
  } else if (campaign.sip_provider_id && !campaign.provider_active)
    fault('sip_provider_id', 'The SIP provider is switched off.')
  if (chosen && campaign.caller_id && chosen.caller_ids.length > 0 && !chosen.caller_ids.includes(campaign.caller_id)) {
    fault('caller_id', `The provider only lets calls show ${chosen.caller_ids.join(', ')}.`)
  }
  if (Object.values(campaign.key_map).includes('transfer')) {
    if (!campaign.transfer_number)
      fault('transfer_number', 'A key transfers the call: choose the transfer number, or take the key out of key_map.')
    for (const number of campaign.unknown_transfer_numbers)
      fault('transfer_number', `${number} is no longer one of the workspace's transfer numbers.`)
    if (chosen && chosen.transfer_mode === 'bridge' && chosen.max_concurrent_calls < fewestChannels)
      fault('sip_provider_id', tooFewChannels)
  }
  return { faults, sip_provider_id: chosen?.id ?? null }
}
