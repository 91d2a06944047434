import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { patch, statement } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { parseInput } from '../../../platform/http/parse.ts'
import { findOrCreateContact, parsePhoneNumber } from '../../contacts/index.ts'
import { workspaceDefaults } from '../../identity/index.ts'
import { ReceptionistCallLogged } from '../events.ts'
import { type Call, CallChanges, NewCall } from './schema.ts'

// The name is read call by call: a join would keep the list from following its index.
export const callColumns = sql.raw(`
  id, client_id, (select name from receptionist.clients where clients.id = calls.client_id) as client_name, contact_id,
  caller_phone, caller_name, duration_seconds::float8 as duration_seconds, stt_latency_ms, llm_latency_ms, tts_latency_ms,
  transcript, sentiment, success, status, booked, revenue_value::float8 as revenue_value,
  case when revenue_value is not null then currency end as currency, recording_url, notes, started_at, created_at`)

const workspaceCurrency = sql`(select w.currency from identity.workspaces w where w.id = app.workspace_id())`

const find = statement(
  'receptionist.calls.find',
  (_, p: { id: string }) => sql<Call>`select ${callColumns} from receptionist.calls where id = ${p.id}`,
)

export const getCall = async (ctx: Ctx, id: string): Promise<Call> =>
  (await ctx.db.maybe(find, { id })) ?? missing('call')

// Calls of deleted clients are logged too, because they took place.
const insert = statement(
  'receptionist.calls.insert',
  (_, p: NewCall & { id: string; contact_id: string | null }) =>
    sql<Call>`
      insert into receptionist.calls as calls (id, client_id, contact_id, caller_phone, caller_name, duration_seconds, stt_latency_ms,
        llm_latency_ms, tts_latency_ms, transcript, sentiment, success, status, booked, revenue_value, currency,
        recording_url, notes, started_at)
      select ${p.id}, c.id, ${p.contact_id}::uuid, ${p.caller_phone}, ${p.caller_name}, coalesce(${p.duration_seconds}::numeric, 0),
        ${p.stt_latency_ms}::int, ${p.llm_latency_ms}::int, ${p.tts_latency_ms}::int, ${p.transcript}, ${p.sentiment},
        ${p.success}::boolean, coalesce(${p.status}, 'completed'), coalesce(${p.booked}::boolean, false),
        ${p.revenue_value}::numeric, coalesce(${p.currency}, ${workspaceCurrency}), ${p.recording_url}, ${p.notes},
        coalesce(${p.started_at}::timestamptz, now() - make_interval(secs => coalesce(${p.duration_seconds}::float8, 0)))
        from receptionist.clients c where c.id = ${p.client_id}::uuid
      returning ${callColumns}`,
)

/** Logs a call that took place. A valid number finds or creates the caller's contact. Throws 404 for an unknown client. */
export async function logCall(ctx: Ctx, given: NewCall): Promise<Call> {
  const input = parseInput(NewCall, given)
  const contact_id = await callerOf(ctx, input)
  const call = (await ctx.db.maybe(insert, { ...input, id: newId(), contact_id })) ?? missing('client')
  emit(ctx, ReceptionistCallLogged, { ...call, call_id: call.id })
  return call
}

async function callerOf(ctx: Ctx, { caller_phone, caller_name }: NewCall): Promise<string | null> {
  if (!caller_phone) return null
  // A withheld or invalid number is stored with the call and does not identify a contact.
  const number = parsePhoneNumber(caller_phone, (await workspaceDefaults(ctx)).default_country)
  return number.ok
    ? findOrCreateContact(ctx, { name: caller_name, identities: [{ kind: 'phone', value: number.e164 }] })
    : null
}

const changeable = [
  'caller_name',
  'duration_seconds',
  'stt_latency_ms',
  'llm_latency_ms',
  'tts_latency_ms',
  'transcript',
  'sentiment',
  'success',
  'status',
  'booked',
  'revenue_value',
  'recording_url',
  'notes',
  'started_at',
]

const update = statement(
  'receptionist.calls.update',
  (_, p: { id: string; changes: string }) =>
    sql<Call>`
      update receptionist.calls calls
         set ${patch('calls', changeable, p.changes)},
             currency = coalesce(${p.changes}::jsonb ->> 'currency', calls.currency, ${workspaceCurrency})
       where id = ${p.id} returning ${callColumns}`,
)

/** Updates the given fields of a call. The analytics are updated too. Throws 404. */
export async function updateCall(ctx: Ctx, id: string, given: CallChanges): Promise<Call> {
  const changes = parseInput(CallChanges, given)
  return (await ctx.db.maybe(update, { id, changes: JSON.stringify(changes) })) ?? missing('call')
}

const remove = statement('receptionist.calls.delete', (db, p: { id: string }) =>
  db.deleteFrom('receptionist.calls').where('id', '=', p.id).returning('id'),
)

export async function deleteCall(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(remove, { id }))) missing('call')
}
