import { sql } from 'kysely'
import { statement } from '../../platform/database/statement.ts'
import type { AccountSection } from '../../platform/module.ts'
import { exportPage } from '../identity/index.ts'
import { unexpired } from './messages/row.ts'

const beginning = sql.lit('00000000-0000-0000-0000-000000000000')
const rows = sql.lit(exportPage)

/** What a user says about themselves, and their messages and files, for the export of their own data. */
export const chatExport: AccountSection[] = [
  {
    name: 'chat_profile',
    list: statement(
      'chat.export.profile',
      (_, p: { after: string | null }) => sql<{ id: string }>`
        select p.user_id as id, p.about, p.pronouns from chat.profiles p
         where p.user_id = app.user_id() and p.user_id > coalesce(${p.after}::uuid, ${beginning}) limit ${rows}`,
    ),
  },
  {
    name: 'chat_messages',
    list: statement(
      'chat.export.messages',
      (_, p: { after: string | null }) => sql<{ id: string }>`
        select m.id, m.chat_id, m.type, m.content, m.file_id, m.created_at, m.edited_at from chat.messages m
         where m.sender_id = app.user_id() and m.deleted_at is null and ${unexpired} and m.id > coalesce(${p.after}::uuid, ${beginning})
         order by m.id limit ${rows}`,
    ),
  },
  {
    name: 'chat_files',
    list: statement(
      'chat.export.files',
      (_, p: { after: string | null }) => sql<{ id: string }>`
        select f.id, f.filename, f.mime_type, f.size_bytes, '/api/uploads/' || f.id || '/' || f.filename as url, f.created_at
          from chat.files f
         where f.user_id = app.user_id() and f.id > coalesce(${p.after}::uuid, ${beginning}) order by f.id limit ${rows}`,
    ),
  },
]
