import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { readMigrations } from './migrate.ts'

const folder = new URL('../../../../node_modules/.cache/switchboard-database/', import.meta.url)

/**
 * Where `npm ci` leaves an embedded database as its first start would make it (`server/scripts/prepare.ts`): the tables
 * take two seconds to make and 0.2 to unpack. Named by what made it, so that a change of the migrations finds none.
 */
export function preparedPath(): string {
  const hash = createHash('sha256')
  for (const migration of readMigrations()) hash.update(migration.name).update(migration.hash)
  return fileURLToPath(new URL(`${hash.digest('hex').slice(0, 16)}.tar.zst`, folder))
}
