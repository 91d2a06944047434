import { z } from 'zod'
import type { Config } from '../../config.ts'

/** The first entry of a backup says what it is. Archives from before this had none, and no checksum either. */
export const contentsName = 'backup.json'

export const contentsSchema = z.object({
  format: z.literal(2),
  version: z.string(),
  /** All transactions in the archive were committed before this time. */
  database_at: z.iso.datetime(),
  /** Files and keys were read from then on. */
  files_at: z.iso.datetime(),
  /** Names of the key files. None where the keys come from the environment. */
  keys: z.array(z.string()),
})
export type Contents = z.infer<typeof contentsSchema>

/** Names in an archive and in DATA_DIR. */
export const directories = ['files', 'keys', 'snapshots'] as const

export function onlyEmbedded({ database }: Pick<Config, 'database'>): void {
  if (database.url)
    throw new Error(
      'The data is in PostgreSQL (DATABASE_URL): back it up with pg_dump as docs/operations.md shows, together with the directories files and keys in DATA_DIR.',
    )
}
