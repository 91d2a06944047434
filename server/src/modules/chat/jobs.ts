import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { job } from '../../platform/jobs.ts'

const batchSize = 500

interface Batch {
  chat_ids: string[]
  message_ids: string[]
}

// Locks the rows of the chats first: every change of unread counters waits for that lock.
const lockExpired = statement(
  'chat.messages.lock_expired.system',
  () => sql<Batch>`
    with expired as (
      select m.id, m.chat_id from chat.messages m where m.expires_at <= now()
       order by m.expires_at limit ${sql.lit(batchSize)}
    ), locked as (
      select c.id from chat.chats c where c.id in (select chat_id from expired) order by c.id for no key update
    )
    select array(select id from locked) as chat_ids, array(select id from expired) as message_ids`,
)
const lockMembers = statement(
  'chat.members.lock.system',
  (_, p: Batch) => sql`
    select from chat.members where chat_id = any (${p.chat_ids}) order by chat_id, user_id for no key update`,
)
const removeExpired = statement(
  'chat.messages.remove_expired.system',
  (_, p: Batch) => sql<{ id: string; chat_id: string }>`
    with gone as (
      delete from chat.messages m where m.id = any (${p.message_ids}) and m.expires_at <= now()
      returning m.id, m.chat_id, m.number, m.file_id, m.deleted_at is not null as deleted
    ), counted as (
      update chat.members u set unread_gone = u.unread_gone + g.times
        from (select v.chat_id, v.user_id, count(*) as times
                from gone join chat.members v on v.chat_id = gone.chat_id and v.read_number < gone.number
               where not gone.deleted group by 1, 2) g
       where u.chat_id = g.chat_id and u.user_id = g.user_id
    ), detached as (
      update chat.files f set detached_at = now() from gone where f.id = gone.file_id
    )
    select id, chat_id from gone`,
)
const redactAll = statement(
  'chat.messages.redact.system',
  (_, p: { messages: string }) => sql`
    select app.redact_messages(chat_id, array_agg(id))
      from jsonb_to_recordset(${p.messages}::jsonb) as e (id uuid, chat_id uuid) group by chat_id`,
)

async function removeBatch(ctx: Ctx): Promise<number> {
  return transaction(ctx, async (ctx) => {
    const batch = await ctx.db.one(lockExpired, {})
    if (batch.message_ids.length === 0) return 0
    const [, gone] = await ctx.db.together([lockMembers.call(batch), removeExpired.call(batch)])
    await ctx.db.all(redactAll, { messages: JSON.stringify(gone) }, { commit: true })
    return batch.message_ids.length
  })
}

/** Deletes expired messages from the database, and their content from the events that reconnecting clients receive. */
export const removeExpiredMessages = job({
  name: 'chat.remove_expired_messages',
  input: z.object({}),
  schedule: '* * * * *',
  async run(ctx) {
    while ((await removeBatch(ctx)) === batchSize);
  },
})

const forgetOldFinds = statement(
  'chat.finds.system',
  () => sql`delete from chat.finds where found_at < now() - interval '30 days'`,
)

/** Deletes, every night, search results that are too old to let the finder write to the person. */
export const forgetFinds = job({
  name: 'chat.forget_finds',
  input: z.object({}),
  schedule: '37 3 * * *',
  run: async (ctx) => void (await ctx.db.all(forgetOldFinds, {})),
})

/** The last signed URL of a view-once file is valid for 5 minutes. */
const keepDetachedMinutes = 10
const keepUnsentHours = 24

const removeFiles = statement(
  'chat.files.remove.system',
  () => sql<{ storage_key: string }>`
    delete from chat.files f
     where f.id in (
       select d.id from chat.files d
        where d.created_at < now() - make_interval(mins => ${sql.lit(keepDetachedMinutes)})
          and (d.detached_at < now() - make_interval(mins => ${sql.lit(keepDetachedMinutes)})
               or d.detached_at is null and d.created_at < now() - make_interval(hours => ${sql.lit(keepUnsentHours)}))
          and not exists (select from chat.messages m where m.file_id = d.id)
          and not exists (select from identity.users u
                           where u.id = d.user_id and starts_with(u.avatar_url, '/api/uploads/' || d.id || '/'))
          and not exists (select from chat.chats c where c.avatar_url is not null
                           and starts_with(c.avatar_url, '/api/uploads/' || d.id || '/'))
        limit ${sql.lit(batchSize)})
    returning f.storage_key`,
)

/** Deletes the content of files in a separate job, which exists only if their rows were deleted. */
export const removeStoredFiles = job({
  name: 'chat.remove_stored_files',
  input: z.object({ storage_keys: z.array(z.string()) }),
  attempts: 10,
  async run(ctx, { storage_keys }) {
    for (const key of storage_keys) await ctx.services.storage.remove(key)
  },
})

export const removeUnusedFiles = job({
  name: 'chat.remove_unused_files',
  input: z.object({}),
  schedule: '*/15 * * * *',
  async run(ctx) {
    for (;;) {
      const removed = await transaction(ctx, async (ctx) => {
        const files = await ctx.db.all(removeFiles, {})
        const storage_keys = files.map(({ storage_key }) => storage_key)
        if (files.length > 0) await ctx.services.jobs.enqueue(ctx, removeStoredFiles, { storage_keys })
        return files.length
      })
      if (removed < batchSize) return
    }
  },
})
