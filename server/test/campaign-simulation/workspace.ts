import { Readable } from 'node:stream'
import { createCampaign, getCampaign } from '../../src/modules/campaigns/campaigns.ts'
import type { NewCampaign } from '../../src/modules/campaigns/input-schema.ts'
import { changeStatus } from '../../src/modules/campaigns/status.ts'
import { getCallingLimits, updateCallingLimits } from '../../src/modules/telephony/limits/calling-limits.ts'
import { createCallRate, deleteCallRate } from '../../src/modules/telephony/limits/call-rates.ts'
import type { CallRate, NewCallRate } from '../../src/modules/telephony/limits/rate-schema.ts'
import type { CallingLimitsChanges } from '../../src/modules/telephony/limits/schema.ts'
import type { NewSipProvider } from '../../src/modules/telephony/schema.ts'
import { createSipProvider } from '../../src/modules/telephony/sip-providers.ts'
import { createTransferNumber, deleteTransferNumber } from '../../src/modules/telephony/transfer-numbers.ts'
import { type Ctx, transaction } from '../../src/platform/context.ts'
import { newId } from '../../src/platform/id.ts'
import { type Services, serverContext } from '../../src/platform/services.ts'
import { queryAsSystem } from './query.ts'

export interface SimulationWorkspace {
  id: string
  userId: string
  listId: string
  greetingId: string
  providerId: string
  transferNumber: string
  ctx(): Ctx
  createCampaign(more?: Partial<NewCampaign>): Promise<string>
  change(id: string, action: 'start' | 'pause' | 'resume' | 'stop'): Promise<void>
  campaign(id: string): ReturnType<typeof getCampaign>
  setLimits(changes: CallingLimitsChanges): Promise<void>
  limits(): ReturnType<typeof getCallingLimits>
  addCallRate(rate: NewCallRate): Promise<CallRate>
  deleteCallRate(id: string): Promise<void>
  /** Adds another transfer number and returns its id. */
  addTransferNumber(phone_number: string): Promise<string>
  deleteTransferNumber(id: string): Promise<void>
  /** Adds another active provider and returns its id. */
  addProvider(): Promise<string>
}

export interface SimulationProvider {
  calls_per_second?: number
  max_concurrent_calls?: number
  transfer_mode?: 'bridge' | 'refer'
}

/** High limits. Tests of the limits set their own. */
const unlimited = { calls_per_second: 1000, max_concurrent_calls: 5000 }

const sim: NewSipProvider = {
  name: 'Sim',
  host: '127.0.0.1',
  port: 5060,
  username: 'simulation',
  password: 'secret',
  active: true,
  transport: 'udp',
  register: true,
  caller_ids: ['+12125550100'],
  transfer_mode: 'bridge',
  ...unlimited,
}

/** Returns distinct numbers in New York. */
export const numbers = (count: number) => Array.from({ length: count }, (_, i) => `+1212${String(2_000_000 + i)}`)

/** Creates a workspace with a provider, a transfer number, a greeting of 5 s and contacts with these numbers. */
export async function makeWorkspace(
  services: Services,
  numbers: string[],
  provider: SimulationProvider = {},
): Promise<SimulationWorkspace> {
  const query = (text: string, values: unknown[]) => queryAsSystem(services.connections.pool, text, values)
  const [id, userId, listId, fileId, greetingId] = Array.from({ length: 5 }, newId) as [
    string,
    string,
    string,
    string,
    string,
  ]
  await query('insert into identity.users (id, email) values ($1, $2)', [userId, `${userId}@example.com`])
  await query(`insert into identity.workspaces (id, name, time_zone) values ($1, 'Simulation', 'America/New_York')`, [
    id,
  ])
  await query(`insert into identity.members (workspace_id, user_id, role) values ($1, $2, 'owner')`, [id, userId])
  await query(`insert into contacts.lists (id, workspace_id, user_id, name) values ($1, $2, $3, 'Everyone')`, [
    listId,
    id,
    userId,
  ])
  await query(
    `insert into contacts.contacts (id, workspace_id, user_id, first_name, last_name, phone_number)
     select gen_random_uuid(), $1, $2, 'Contact', place::text, number from unnest($3::text[]) with ordinality n (number, place)`,
    [id, userId, numbers],
  )
  await query(
    `insert into contacts.list_items (id, workspace_id, contact_list_id, contact_id)
     select campaigns.new_id(row_number() over (order by last_name::int)), workspace_id, $2, id
       from contacts.contacts where workspace_id = $1`,
    [id, listId],
  )
  await query(
    `insert into files.files (id, workspace_id, user_id, filename, mime_type, size_bytes, sha256, storage_key)
     values ($1, $2, $3, 'hello.wav', 'audio/wav', 1, 'x', 'x/y')`,
    [fileId, id, userId],
  )
  await query(
    `insert into files.greetings (id, workspace_id, user_id, file_id, filename, duration_seconds, telephone_storage_key)
     values ($1, $2, $3, $4, 'hello.wav', 5, $5)`,
    [greetingId, id, userId, fileId, `${id}/greeting`],
  )
  await services.storage.write(`${id}/greeting`, Readable.from([Buffer.alloc(44 + 5 * 16_000)]))
  const ctx = () => serverContext(services, { workspaceId: id, userId })
  async function addProvider(limits: SimulationProvider = {}): Promise<string> {
    const input = { ...sim, ...limits }
    return (await transaction(ctx(), (ctx) => createSipProvider(ctx, input))).id
  }
  const providerId = await addProvider(provider)
  const { phone_number: transferNumber } = await transaction(ctx(), (ctx) =>
    createTransferNumber(ctx, { name: 'Desk', phone_number: '+12125550199' }),
  )
  return {
    id,
    userId,
    listId,
    greetingId,
    providerId,
    transferNumber,
    ctx,
    async createCampaign(more = {}) {
      const campaign = await transaction(ctx(), (ctx) =>
        createCampaign(ctx, {
          title: 'Simulation',
          contact_list_id: listId,
          greeting_file_id: greetingId,
          transfer_number: transferNumber,
          calling_hours: null,
          ...unlimited,
          ...more,
        }),
      )
      return campaign.id
    },
    async change(campaignId, action) {
      await transaction(ctx(), (ctx) => changeStatus(ctx, campaignId, action))
    },
    campaign: (campaignId) => getCampaign(ctx(), campaignId),
    async setLimits(changes) {
      await transaction(ctx(), (ctx) => updateCallingLimits(ctx, changes))
    },
    limits: () => getCallingLimits(ctx()),
    addCallRate: (rate) => transaction(ctx(), (ctx) => createCallRate(ctx, rate)),
    deleteCallRate: (rateId) => transaction(ctx(), (ctx) => deleteCallRate(ctx, rateId)),
    async addTransferNumber(phone_number) {
      const input = { name: phone_number, phone_number }
      return (await transaction(ctx(), (ctx) => createTransferNumber(ctx, input))).id
    },
    deleteTransferNumber: (numberId) => transaction(ctx(), (ctx) => deleteTransferNumber(ctx, numberId)),
    addProvider: () => addProvider(),
  }
}
