import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { type Call, statement } from '../../platform/database/statement.ts'
import { readCursor, toPage } from '../../platform/http/page.ts'
import { newId } from '../../platform/id.ts'

export interface AuditEntry {
  /** The object and what happened to it, like `api_key.created`. */
  action: string
  /** The object of the action, like `user:<id>`. */
  target?: string
  details?: Record<string, unknown>
  address?: string
}

const append = statement(
  'identity.audit.append',
  (_, p: { id: string; action: string; target: string | null; details: string; address: string | null }) =>
    sql<Record<string, never>>`
      insert into identity.audit_log (id, action, target, details, address)
      values (${p.id}, ${p.action}, ${p.target}, ${p.details}::jsonb, ${p.address})`,
)

/** A call that writes an audit log entry for the current user; send it together with the change it records. */
export const audited = ({ action, target, details = {}, address }: AuditEntry): Call =>
  append.call({
    id: newId(),
    action,
    target: target ?? null,
    details: JSON.stringify(details),
    address: address ?? null,
  })

interface AuditRow {
  id: string
  action: string
  user_id: string | null
  target: string | null
  details: Record<string, unknown>
  address: string | null
  created_at: string
}

const list = statement(
  'identity.audit.list',
  (_, p: { before: string | null; limit: number }) => sql<AuditRow>`
    select id, action, user_id, target, details, address, created_at
      from identity.audit_log
     where workspace_id = app.workspace_id() and id < coalesce(${p.before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     order by id desc limit ${p.limit}`,
)

export async function listAudit(ctx: Ctx, page: { limit: number; cursor?: string }) {
  const rows = await ctx.db.all(list, { before: readCursor(page.cursor), limit: page.limit + 1 })
  return toPage(rows, page.limit)
}
