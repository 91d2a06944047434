import { sql } from 'kysely'
import { type Call, statement } from '../../platform/database/statement.ts'
import type { Services } from '../../platform/services.ts'

/** How much may lie in storage: for each workspace, and for what each user has sent in chats. */
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
  `The storage of ${whose} is full (${Math.round(bytes / 1024 ** 2)} MB or ${files} files). Delete files that are not needed, or ask who runs the server for more.`

/**
 * Calls to send with the one that records an uploaded file, in its transaction: `before` has one upload of a workspace
 * recorded at a time, so that several at once cannot all be the last that fits; `after` refuses with 413 what does not.
 */
export function withinQuota({ config }: Services): { before: Call; after: Call } {
  const quota = config.storageQuota
  return { before: lock.call({}), after: check.call({ ...quota, message: storageFull(quota, 'this workspace') }) }
}
