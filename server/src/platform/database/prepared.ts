import { fileURLToPath } from 'node:url'
import { migrationsKey } from './migrate.ts'

const folder = new URL('../../../../node_modules/.cache/switchboard-database/', import.meta.url)

/**
 * Where `npm ci` leaves an embedded database as its first start would make it (`server/scripts/prepare.ts`): the tables
 * take two seconds to make and 0.2 to unpack. Named by what made it, so that a change of the migrations finds none.
 */
export const preparedPath = (): string => fileURLToPath(new URL(`${migrationsKey()}.tar.zst`, folder))
