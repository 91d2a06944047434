import { createReadStream } from 'node:fs'
import { access, rm } from 'node:fs/promises'
import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { newId } from '../../../platform/id.ts'
import { receiveFile, recordFile } from '../../files/index.ts'

const attach = statement(
  'campaigns.attach_recording',
  (_, p: { attempt_id: string; file_id: string }) =>
    sql`update campaigns.attempts set recording_file_id = ${p.file_id} where id = ${p.attempt_id}`,
)

/** Moves a call's recording into the workspace's files. Does nothing when the call was not recorded. */
export async function storeRecording(ctx: Ctx, attempt_id: string, path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  )
  if (!exists) return
  const { content_type: _, ...file } = await receiveFile(ctx, createReadStream(path))
  const id = newId()
  await transaction(ctx, (ctx) =>
    ctx.db.together(
      [
        recordFile({ ...file, id, filename: `call-${attempt_id}.wav`, mime_type: 'audio/wav' }),
        attach.call({ attempt_id, file_id: id }),
      ],
      { commit: true },
    ),
  )
  await rm(path)
}
