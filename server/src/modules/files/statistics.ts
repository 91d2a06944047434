import { sql } from 'kysely'
import { statement } from '../../platform/database/statement.ts'
import type { AdminCounter } from '../../platform/module.ts'

const totals = statement(
  'files.statistics.totals',
  () => sql<{ storage_bytes: number }>`select coalesce(sum(size_bytes), 0)::bigint as storage_bytes from files.files`,
)

export const fileCounter: AdminCounter = { totals: () => totals.call({}) }
