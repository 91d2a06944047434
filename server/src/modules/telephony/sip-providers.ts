import type { Trunk } from '@switchboard/voice'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { only } from '../../platform/database/scope.ts'
import { patch, statement, variants } from '../../platform/database/statement.ts'
import { conflict, invalidField, missing, unavailable } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { bareListLimit } from '../../platform/http/page.ts'
import { newId } from '../../platform/id.ts'
import type { Services } from '../../platform/services.ts'
import { memberFilter } from '../identity/index.ts'
import { SipProviderChanged } from './events.ts'
import type { NewSipProvider, SipProvider, SipProviderChanges, SipProviderTest } from './schema.ts'
import { checkSipHost } from './sip-host.ts'

const columns = sql`
  p.id, p.user_id, p.name, p.host, p.port, p.username, p.description, p.active, p.transport, p.register, p.caller_ids,
  p.max_concurrent_calls, p.calls_per_second::float8 as calls_per_second, p.transfer_mode, p.created_at, p.updated_at`

const withStatus = sql`
  select ${columns}, jsonb_build_object(
           'state', case when not p.active then 'inactive' else coalesce(t.state ->> 'state', 'waiting') end,
           'sip', (t.state ->> 'sip')::int,
           'reason', t.state ->> 'reason',
           'since', to_char(t.state_changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as status
    from telephony.sip_providers p
    left join telephony.trunks t on t.workspace_id = p.workspace_id and t.sip_provider_id = p.id and p.active`

const list = variants(
  'telephony.list_sip_providers',
  (
    _,
    p: { user_id: string | null; before: string | null; limit: number },
    shape: { of_user: boolean; continued: boolean },
  ) =>
    sql<SipProvider>`
      ${withStatus}
       where true ${shape.of_user ? sql`and p.user_id = ${p.user_id}` : sql``}
                  ${shape.continued ? sql`and p.id < ${p.before}` : sql``}
       order by p.id desc limit ${p.limit}`,
)

/** Returns providers, newest first; with `userId` only that member's. */
export async function listSipProviders(
  ctx: Ctx,
  userId: string | undefined,
  before: string | null,
): Promise<SipProvider[]> {
  const user_id = await memberFilter(ctx, userId)
  return ctx.db.all(list({ of_user: user_id !== null, continued: before !== null }), {
    user_id,
    before,
    limit: bareListLimit + 1,
  })
}

const find = statement(
  'telephony.find_sip_provider',
  (_, p: { id: string }) => sql<SipProvider>`${withStatus} where p.id = ${p.id}`,
)

export async function getSipProvider(ctx: Ctx, id: string): Promise<SipProvider> {
  return (await ctx.db.maybe(find, { id })) ?? missing('SIP provider')
}

const insert = statement(
  'telephony.insert_sip_provider',
  (db, p: Omit<NewSipProvider, 'password'> & { id: string; password_sealed: string }) =>
    db.insertInto('telephony.sip_providers').values({
      id: p.id,
      name: p.name,
      host: p.host,
      port: p.port,
      username: p.username,
      description: p.description,
      password_sealed: p.password_sealed,
      active: p.active,
      transport: p.transport,
      register: p.register,
      caller_ids: p.caller_ids,
      max_concurrent_calls: p.max_concurrent_calls,
      calls_per_second: sql`${p.calls_per_second}`,
      transfer_mode: p.transfer_mode,
    }),
)

/** Throws 400 when the input exceeds the installation's limits of concurrent calls or calls per second. */
function checkCapacity({ config: { sip } }: Services, input: SipProviderChanges): void {
  const { maxCalls, workspaceCallsPerSecond } = sip
  if ((input.calls_per_second ?? 0) > workspaceCallsPerSecond) {
    throw invalidField(
      'body.calls_per_second',
      `This installation allows a workspace at most ${workspaceCallsPerSecond} calls per second (SIP_WORKSPACE_CALLS_PER_SECOND).`,
    )
  }
  if ((input.max_concurrent_calls ?? 0) > maxCalls) {
    throw invalidField(
      'body.max_concurrent_calls',
      `This installation carries at most ${maxCalls} calls at the same time (SIP_MAX_CALLS).`,
    )
  }
}

/** The maximum per workspace. Each costs the node a registration and a DNS query every few seconds. */
const maxProviders = 20

const lockCount = statement(
  'telephony.lock_sip_provider_count',
  () => sql`select pg_advisory_xact_lock(hashtextextended('telephony.sip_providers/' || app.workspace_id(), 0))`,
)
const count = statement(
  'telephony.count_sip_providers',
  () => sql<{ count: number }>`select count(*) as count from telephony.sip_providers`,
)

/** Throws 400 when the host is not allowed, and 409 when the workspace has the maximum number of providers. Needs a transaction. */
export async function createSipProvider(ctx: Ctx, { password, ...input }: NewSipProvider): Promise<SipProvider> {
  checkSipHost(input.host, ctx.services.config.sip.allowPrivate)
  checkCapacity(ctx.services, input)
  const [, present] = await ctx.db.together([lockCount.call({}), count.call({})])
  if (only(present).count >= maxProviders) {
    throw conflict(
      'too_many_sip_providers',
      `A workspace may have ${maxProviders} SIP providers. Delete one that is no longer needed, or change it.`,
    )
  }
  const id = newId()
  await ctx.db.all(insert, { ...input, id, password_sealed: ctx.services.secrets.seal(password, passwordPlace(id)) })
  emit(ctx, SipProviderChanged, { sip_provider_id: id })
  return getSipProvider(ctx, id)
}

const update = statement(
  'telephony.update_sip_provider',
  (_, p: { id: string; changes: string }) =>
    sql<{ id: string }>`
    update telephony.sip_providers p
       set ${patch(
         'p',
         [
           'name',
           'host',
           'port',
           'username',
           'description',
           'password_sealed',
           'active',
           'transport',
           'register',
           'caller_ids',
           'max_concurrent_calls',
           'calls_per_second',
           'transfer_mode',
         ],
         p.changes,
       )}
     where id = ${p.id} returning id`,
)

/** Changes only the fields that were sent. */
export async function updateSipProvider(
  ctx: Ctx,
  id: string,
  { password, ...input }: SipProviderChanges,
): Promise<SipProvider> {
  if (input.host !== undefined) checkSipHost(input.host, ctx.services.config.sip.allowPrivate)
  checkCapacity(ctx.services, input)
  const changes = {
    ...input,
    ...(password && { password_sealed: ctx.services.secrets.seal(password, passwordPlace(id)) }),
  }
  if (!(await ctx.db.maybe(update, { id, changes: JSON.stringify(changes) }))) missing('SIP provider')
  emit(ctx, SipProviderChanged, { sip_provider_id: id })
  return getSipProvider(ctx, id)
}

const remove = statement('telephony.delete_sip_provider', (db, p: { id: string }) =>
  db.deleteFrom('telephony.sip_providers').where('id', '=', p.id).returning('id'),
)

/** Deletes a provider. Calls in progress continue. Campaigns that use it pause until they have another one. */
export async function deleteSipProvider(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(remove, { id }))) missing('SIP provider')
  emit(ctx, SipProviderChanged, { sip_provider_id: id })
}

/** The columns of a provider that the telephone engine needs. */
export interface SipAccountRow {
  id: string
  workspace_id: string
  host: string
  port: number
  username: string
  password_sealed: string
  transport: Trunk['transport']
  register: boolean
  max_concurrent_calls: number
  calls_per_second: number
  transfer_mode: Trunk['transferMode']
}

export const accountColumns = sql`
  p.id, p.workspace_id, p.host, p.port, p.username, p.password_sealed, p.transport, p.register, p.max_concurrent_calls,
  p.calls_per_second::float8 as calls_per_second, p.transfer_mode`

/** Returns the trunk of a provider with the decrypted password. Throws when the installation no longer has the key. */
export function toTrunk({ secrets }: Pick<Services, 'secrets'>, row: SipAccountRow): Trunk {
  return {
    id: row.id,
    host: row.host,
    port: row.port,
    transport: row.transport,
    username: row.username,
    password: secrets.open(row.password_sealed, passwordPlace(row.id)),
    register: row.register,
    maxConcurrentCalls: row.max_concurrent_calls,
    callsPerSecond: row.calls_per_second,
    transferMode: row.transfer_mode,
  }
}

const passwordPlace = (id: string) => `telephony.sip_providers/password/${id}`

const findAccount = statement(
  'telephony.find_sip_account',
  (_, p: { id: string }) =>
    sql<SipAccountRow>`select ${accountColumns} from telephony.sip_providers p where p.id = ${p.id}`,
)

/** Tests the provider with REGISTER, or with OPTIONS when it does not register. Takes up to 10 s. */
export async function testSipProvider(ctx: Ctx, id: string): Promise<SipProviderTest> {
  const { voice } = ctx.services
  const account = (await ctx.db.maybe(findAccount, { id })) ?? missing('SIP provider')
  if (!voice) throw unavailable('No telephone engine runs on this server.', 30)
  try {
    const { ok, message, sip, latencyMs } = await voice.testTrunk(toTrunk(ctx.services, account))
    return { ok, message, sip: sip ?? null, latency_ms: latencyMs }
  } catch (error) {
    // The engine throws a TypeError with a sentence when it does not support a setting, such as a transport.
    if (error instanceof TypeError) return { ok: false, message: error.message, sip: null, latency_ms: 0 }
    throw error
  }
}
