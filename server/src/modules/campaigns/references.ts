import { sql } from 'kysely'
import { z } from 'zod'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { badRequest, invalidField, missing } from '../../platform/errors.ts'
import { toE164 } from '../contacts/index.ts'
import { getGreeting } from '../files/index.ts'
import { checkDestination, getTransferNumber, isTransferNumber } from '../telephony/index.ts'
import type { CampaignChanges } from './input-schema.ts'

const findList = statement('campaigns.find_list', (db, p: { id: string }) =>
  db.selectFrom('contacts.lists').select('id').where('id', '=', p.id),
)
const findProvider = statement(
  'campaigns.find_provider',
  (_, p: { id: string }) =>
    sql<{ caller_ids: string[] }>`select caller_ids from telephony.sip_providers where id = ${p.id}`,
)

const dateLength = '2026-01-31'.length
const firstMoment = statement(
  'campaigns.first_moment',
  (_, p: { date: string }) =>
    sql<{ start_at: string }>`
    select ${p.date}::date::timestamp at time zone coalesce(time_zone, 'UTC') as start_at
      from identity.workspaces where id = app.workspace_id()`,
)

/** The fields of a request body as columns. */
export type CampaignColumns = Omit<CampaignChanges, 'name' | 'greeting_file_id' | 'greeting_file_url'> & {
  greeting_id?: string | null | undefined
}

/**
 * Checks that the body refers only to records of the workspace, and returns its columns. `present` has the stored values
 * for fields that the body leaves out. Throws 400 naming the field, or 404.
 */
export async function resolveReferences(
  ctx: Ctx,
  { name, greeting_file_id, greeting_file_url, ...input }: CampaignChanges,
  present: { sip_provider_id: string | null; caller_id: string | null },
): Promise<CampaignColumns> {
  const columns: CampaignColumns = { ...input }
  if (input.title ?? name) columns.title = input.title ?? name
  if (input.contact_list_id && !(await ctx.db.maybe(findList, { id: input.contact_list_id }))) missing('contact list')
  if (input.start_at?.length === dateLength)
    columns.start_at = (await ctx.db.one(firstMoment, { date: input.start_at })).start_at
  if (input.transfer_number) {
    columns.transfer_number = await toTransferNumber(ctx, input.transfer_number, 'body.transfer_number')
    columns.transfer_numbers = [columns.transfer_number]
  } else if (input.transfer_number === null) columns.transfer_numbers = []
  if (input.transfer_numbers) {
    const numbers: string[] = []
    for (const [i, typed] of input.transfer_numbers.entries())
      numbers.push(await toTransferNumber(ctx, typed, `body.transfer_numbers.${i}`))
    columns.transfer_numbers = [...new Set(numbers)]
    columns.transfer_number = columns.transfer_numbers[0] ?? null
  }
  if (input.sip_provider_id || input.caller_id) {
    await checkCallerId(ctx, input.sip_provider_id ?? present.sip_provider_id, input.caller_id ?? present.caller_id)
  }
  if (greeting_file_id) columns.greeting_id = (await getGreeting(ctx, { id: greeting_file_id })).id
  else if (greeting_file_url) columns.greeting_id = (await getGreeting(ctx, { url: greeting_file_url })).id
  else if (greeting_file_id === null || greeting_file_url === null) columns.greeting_id = null
  for (const other of [input.hold_greeting_id, input.apology_greeting_id])
    if (other) await getGreeting(ctx, { id: other })
  return columns
}

async function toTransferNumber(ctx: Ctx, typed: string, path: string): Promise<string> {
  if (z.uuid().safeParse(typed).success) return (await getTransferNumber(ctx, typed)).phone_number
  const number = await toE164(ctx, typed, path)
  await checkDestination(ctx, number, path)
  if (await isTransferNumber(ctx, number)) return number
  const message = `${number} is not one of the workspace's transfer numbers. Add it there first.`
  throw badRequest('unknown_transfer_number', message, [{ path, message }])
}

async function checkCallerId(ctx: Ctx, providerId: string | null, callerId: string | null): Promise<void> {
  if (!providerId) return
  const { caller_ids } = (await ctx.db.maybe(findProvider, { id: providerId })) ?? missing('SIP provider')
  if (callerId && caller_ids.length > 0 && !caller_ids.includes(callerId)) {
    throw invalidField('body.caller_id', `The provider only lets calls show ${caller_ids.join(', ')}.`)
  }
}
