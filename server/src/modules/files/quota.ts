import { sql } from 'kysely'
import { type Call, statement } from '../../platform/database/statement.ts'
import type { Services } from '../../platform/services.ts'

/** The storage limit of a workspace, and of a user's files in chats. */
export interface StorageQuota {
  bytes: number
  files: number
}

const lock = statement(
  'files.quota.lock',
  () => sql`select pg_advisory_xact_lock(hashtextextended('files/' || app.workspace_id(), 0))`,
)

const check = statement(
  'files.quota.check',
  (_, p: StorageQuota & { message: string }) => sql`
    select case when coalesce(sum(size_bytes), 0) > ${p.bytes}::bigint or count(*) > ${p.files}::bigint
                then app.refuse('SB413', ${p.message}) end as refused
      from files.files where workspace_id = app.workspace_id()`,
)

export const storageFull = ({ bytes, files }: StorageQuota, whose: string): string =>
  `The storage of ${whose} is full (${Math.round(bytes / 1024 ** 2)} MB or ${files} files). Delete unneeded files, or ask the operator for more.`

/**
 * Calls to send in the transaction that records an uploaded file: `before` locks the workspace's quota, so that concurrent
 * uploads cannot exceed it together; `after` refuses with 413 an upload that exceeds it.
 */
export function withinQuota({ config }: Services): { before: Call; after: Call } {
  const quota = config.storageQuota
  return { before: lock.call({}), after: check.call({ ...quota, message: storageFull(quota, 'this workspace') }) }
}
