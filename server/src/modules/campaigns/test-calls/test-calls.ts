import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { badRequest, conflict, invalidField, missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { isOnDoNotCall, toE164 } from '../../contacts/index.ts'
import { getGreeting } from '../../files/index.ts'
import { type StoredQuality, checkDestination, getTransferNumber, withWarning } from '../../telephony/index.ts'
import { checkExhaustion } from '../engine/allowances.ts'
import { TestCallRequested } from '../events.ts'
import { type KeyMap, defaultKeyMap, defaults } from '../settings-schema.ts'
import type { NewTestCall, TestCall } from './schema.ts'

/** Test calls of a workspace that may be queued or in progress at the same time. */
const mostAtOnce = 5

export const testCallColumns = sql`
  a.id, a.user_id, a.campaign_id, a.sip_provider_id, a.phone_number, a.caller_id, a.status, a.key, a.transfer_number,
  a.transferred_at is not null as transferred, a.cause, a.created_at, a.answered_at, a.ended_at, a.duration_seconds, a.cost_micros, a.quality`

export interface TestCallRow extends Omit<TestCall, 'quality'> {
  quality: StoredQuality | null
}

export const toTestCall = (row: TestCallRow): TestCall => ({ ...row, quality: withWarning(row.quality) })

const find = statement(
  'campaigns.test_calls.find',
  (_, p: { id: string }) =>
    sql<TestCallRow>`select ${testCallColumns} from campaigns.test_calls a where a.id = ${p.id}`,
)

/** Throws 404. */
export const getTestCall = async (ctx: Ctx, id: string): Promise<TestCall> =>
  toTestCall((await ctx.db.maybe(find, { id })) ?? missing('test call'))

interface Settings {
  sip_provider_id: string | null
  greeting_id: string | null
  hold_greeting_id: string | null
  apology_greeting_id: string | null
  caller_id: string | null
  key_map: KeyMap
  transfer_numbers: string[]
  ring_timeout_seconds: number
  transfer_wait_seconds: number
}

const findSettings = statement(
  'campaigns.test_calls.settings',
  (_, p: { campaign_id: string }) =>
    sql<Settings>`
    select sip_provider_id, greeting_id, hold_greeting_id, apology_greeting_id, caller_id, key_map, transfer_numbers,
           ring_timeout_seconds, transfer_wait_seconds
      from campaigns.campaigns where id = ${p.campaign_id}`,
)

interface Provider {
  id: string
  active: boolean
  caller_ids: string[]
}
// The given provider, or the active ones.
const findProviders = statement(
  'campaigns.test_calls.providers',
  (_, p: { id: string | null }) =>
    sql<Provider>`
    select id, active, caller_ids from telephony.sip_providers
     where case when ${p.id}::uuid is null then active else id = ${p.id}::uuid end limit 2`,
)

// Older ones are of an installation without a telephone, where no call ends.
const countUnfinished = statement(
  'campaigns.test_calls.count_unfinished',
  () =>
    sql<{ count: number }>`
    select count(*) as count from campaigns.test_calls where ended_at is null and created_at > now() - interval '90 minutes'`,
)

const findRate = statement(
  'campaigns.test_calls.rate',
  (_, p: { phone_number: string; now: string }) =>
    sql<{ is_missing: boolean }>`
    select campaigns.spend_left(app.workspace_id(), ${p.now}::timestamptz) is not null
             and telephony.rate_of(app.workspace_id(), ${p.phone_number}) is null as is_missing`,
)

type Values = Omit<Settings, 'key_map' | 'caller_id'> & {
  id: string
  campaign_id: string | null
  phone_number: string
  caller_id: string
  key_map: string
  now: string
}
const insert = statement(
  'campaigns.test_calls.insert',
  (_, p: Values) =>
    sql`insert into campaigns.test_calls (id, campaign_id, sip_provider_id, greeting_id, hold_greeting_id, apology_greeting_id, phone_number,
        caller_id, key_map, transfer_numbers, ring_timeout_seconds, transfer_wait_seconds, created_at)
      values (${p.id}, ${p.campaign_id}, ${p.sip_provider_id}, ${p.greeting_id}, ${p.hold_greeting_id}, ${p.apology_greeting_id},
        ${p.phone_number}, ${p.caller_id}, ${p.key_map}::jsonb, ${p.transfer_numbers}::text[], ${p.ring_timeout_seconds}, ${p.transfer_wait_seconds}, ${p.now}::timestamptz)`,
)

/**
 * Asks for one call to a number: a node makes it, with the greeting, keys and transfers of a campaign, outside of any
 * campaign's counts. Needs a transaction. Throws 400 for a number that may not be called or a missing setting, 402 and
 * 409 when a limit is reached.
 */
export async function requestTestCall(ctx: Ctx, input: NewTestCall): Promise<TestCall> {
  const phone_number = await toE164(ctx, input.phone_number)
  await checkDestination(ctx, phone_number, 'body.phone_number')
  if (await isOnDoNotCall(ctx, phone_number))
    throw invalidField('body.phone_number', `${phone_number} is on the do-not-call list.`)
  const settings = await settingsOf(ctx, input)
  const provider = await providerOf(ctx, settings.sip_provider_id)
  const { caller_ids } = provider
  if (input.caller_id && caller_ids.length > 0 && !caller_ids.includes(input.caller_id))
    throw invalidField('body.caller_id', `The provider only lets calls show ${caller_ids.join(', ')}.`)
  if (settings.greeting_id === null)
    throw badRequest('not_ready', 'Choose the greeting to play.', [
      { path: 'greeting_file_id', message: 'Choose the greeting to play: upload one with POST /api/greeting-files.' },
    ])
  await checkExhaustion(ctx)
  if ((await ctx.db.one(findRate, { phone_number, now: ctx.now().toISOString() })).is_missing)
    throw invalidField(
      'body.phone_number',
      `There is no call rate for ${phone_number}, and the workspace has a spend limit. Add a rate with POST /api/call-rates.`,
    )
  if ((await ctx.db.one(countUnfinished, {})).count >= mostAtOnce)
    throw conflict('too_many_test_calls', `${mostAtOnce} test calls are not finished yet. Wait until one has ended.`)
  const id = newId()
  await ctx.db.all(insert, {
    ...settings,
    id,
    campaign_id: input.campaign_id ?? null,
    sip_provider_id: provider.id,
    phone_number,
    caller_id: settings.caller_id ?? caller_ids[0] ?? '',
    key_map: JSON.stringify(settings.key_map),
    now: ctx.now().toISOString(),
  })
  emit(ctx, TestCallRequested, { test_call_id: id })
  return getTestCall(ctx, id)
}

async function settingsOf(ctx: Ctx, input: NewTestCall): Promise<Settings> {
  const { campaign_id, sip_provider_id, greeting_file_id, transfer_number_id, caller_id, key_map } = input
  const campaign = campaign_id && ((await ctx.db.maybe(findSettings, { campaign_id })) ?? missing('campaign'))
  const transfer_numbers = transfer_number_id
    ? [(await getTransferNumber(ctx, transfer_number_id)).phone_number]
    : campaign
      ? campaign.transfer_numbers
      : []
  const { ring_timeout_seconds, transfer_wait_seconds } = defaults
  const none = { sip_provider_id: null, greeting_id: null, hold_greeting_id: null, apology_greeting_id: null }
  return {
    ...(campaign || { ...none, caller_id: null, ring_timeout_seconds, transfer_wait_seconds }),
    key_map: key_map ?? (campaign ? campaign.key_map : defaultKeyMap(transfer_numbers.length > 0)),
    transfer_numbers,
    ...(sip_provider_id && { sip_provider_id }),
    ...(greeting_file_id && { greeting_id: (await getGreeting(ctx, { id: greeting_file_id })).id }),
    ...(caller_id && { caller_id }),
  } as Settings
}

async function providerOf(ctx: Ctx, id: string | null): Promise<Provider> {
  const [provider, other] = await ctx.db.all(findProviders, { id })
  if (id !== null && !provider) missing('SIP provider')
  const fault = !provider
    ? 'Add a SIP provider and switch it on.'
    : other
      ? 'Several SIP providers are active: choose one.'
      : provider.active
        ? null
        : 'The SIP provider is switched off.'
  if (fault !== null || !provider)
    throw badRequest('not_ready', fault ?? '', [{ path: 'sip_provider_id', message: fault ?? '' }])
  return provider
}
