import { callingTables } from './calling.ts'
import { campaigns } from './campaigns.ts'
import { profiles } from './profiles.ts'
import { salesTables } from './sales.ts'
import { shopTables } from './shop.ts'
import type { FrontEndName, TableView } from './table.ts'

const own: Record<FrontEndName, readonly TableView[]> = {
  calling: [...callingTables, profiles],
  shop: [...shopTables, profiles],
  sales: salesTables,
}

/** The tables of one front-end, in its words. */
export const tablesOf = (front: FrontEndName): readonly TableView[] => own[front]

/**
 * All tables, for a client that uses the address of the server itself. Two front-ends have a table `conversations`; a
 * request is for the one that has the columns it names.
 */
export const allTables: readonly TableView[] = [
  ...own.sales.filter(({ name }) => name !== 'campaigns'),
  campaigns('all'),
  ...own.calling.filter(({ name }) => name !== 'campaigns'),
  ...shopTables,
]
