import { Readable } from 'node:stream'
import type { Ctx } from '../../../platform/context.ts'
import { toCsvLine } from '../../../platform/csv.ts'
import { FileResponse } from '../../../platform/http/route.ts'
import { readInBatches } from './call-list.ts'
import type { Call, CallExportQuery } from './schema.ts'

const columns = [
  'started_at',
  'client_name',
  'caller_phone',
  'caller_name',
  'duration_seconds',
  'status',
  'sentiment',
  'success',
  'booked',
  'revenue_value',
  'currency',
  'transcript',
  'notes',
  'recording_url',
  'client_id',
  'contact_id',
  'id',
] as const satisfies readonly (keyof Call)[]

const batchSize = 100

/** Returns all calls that match as CSV (RFC 4180, UTF-8), newest first. Reads them in batches while the response is sent. */
export async function exportCalls(ctx: Ctx, query: CallExportQuery): Promise<FileResponse> {
  const batches = await readInBatches(ctx, query, batchSize)
  return new FileResponse(Readable.from(lines(batches)), {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="calls.csv"',
    'cache-control': 'no-store',
  })
}

async function* lines(batches: AsyncGenerator<Call[]>): AsyncGenerator<string> {
  yield toCsvLine([...columns])
  for await (const calls of batches) yield calls.map((call) => toCsvLine(columns.map((name) => call[name]))).join('')
}
