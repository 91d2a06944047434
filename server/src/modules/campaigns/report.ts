import { Readable } from 'node:stream'
import type { Ctx } from '../../platform/context.ts'
import { toCsvLine } from '../../platform/csv.ts'
import { FileResponse } from '../../platform/http/route.ts'
import { readCalls } from './calls.ts'
import { getCampaign } from './campaigns.ts'

type Call = Awaited<ReturnType<typeof readCalls>>[number]

const columns: { name: string; value(call: Call): string | number | null }[] = [
  { name: 'phone_number', value: (call) => call.phone_number },
  { name: 'first_name', value: (call) => call.first_name },
  { name: 'last_name', value: (call) => call.last_name },
  { name: 'status', value: (call) => call.status },
  { name: 'attempts', value: (call) => call.attempts },
  { name: 'answered_at', value: (call) => call.answered_at },
  { name: 'ended_at', value: (call) => call.ended_at },
  { name: 'duration_seconds', value: (call) => call.duration_seconds },
  { name: 'cost_micros', value: (call) => call.cost_micros },
  { name: 'key', value: (call) => call.key },
  { name: 'transferred', value: (call) => (call.transferred ? 'yes' : 'no') },
  { name: 'transfer_wait_seconds', value: (call) => call.transfer_wait_seconds },
  { name: 'transfer_lost', value: (call) => (call.transfer_lost ? 'yes' : 'no') },
  { name: 'cause', value: (call) => call.cause },
  { name: 'mos', value: (call) => call.quality?.mos ?? null },
  { name: 'loss_percent', value: (call) => call.quality?.loss_percent ?? null },
  { name: 'jitter_ms', value: (call) => call.quality?.jitter_ms ?? null },
  { name: 'next_attempt_at', value: (call) => call.next_attempt_at },
  { name: 'contact_id', value: (call) => call.contact_id },
  { name: 'call_id', value: (call) => call.id },
]

const batchSize = 1000

/** Returns all contacts of the campaign as CSV (RFC 4180, UTF-8). Reads them in batches while the response is sent. */
export async function campaignReport(ctx: Ctx, id: string): Promise<FileResponse> {
  const { title } = await getCampaign(ctx, id)
  const filename = `${title.replace(/[^\w-]+/g, '-').slice(0, 80)}-report.csv`
  return new FileResponse(Readable.from(lines(ctx, id)), {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${filename}"`,
    'cache-control': 'no-store',
  })
}

async function* lines(ctx: Ctx, campaign_id: string): AsyncGenerator<string> {
  yield toCsvLine(columns.map(({ name }) => name))
  for (let before: string | null = null; ;) {
    const calls = await readCalls(ctx, { campaign_id, statuses: null, before, limit: batchSize })
    yield calls.map((call) => toCsvLine(columns.map(({ value }) => value(call)))).join('')
    const last = calls.at(-1)
    if (!last || calls.length < batchSize) return
    before = last.id
  }
}
