import type { FrontEnd } from '../front-end.ts'
import { tableRoutes } from './data-api.ts'
import { postgrestErrors } from './errors.ts'
import { functionErrors, functionRoutes } from './functions.ts'
import { rpcOf } from './rpc.ts'
import { storageErrors, storageRoutes } from './storage/storage.ts'
import type { FrontEndName } from './tables/table.ts'
import { allTables, tablesOf } from './tables/tables.ts'

/** The operations of sign-in; supabase-js calls them at the address that it has for everything. */
const signIn = [
  'supabaseSignUp',
  'supabaseToken',
  'supabaseAuthorize',
  'supabaseRecover',
  'supabaseVerify',
  'supabaseFollowLink',
  'supabaseSettings',
  'supabaseHealth',
  'supabaseGetUser',
  'supabaseUpdateUser',
  'supabaseLogout',
]

/**
 * The addresses that supabase-js may be given: that of the server with all tables, and `/compat/<front-end>` with the
 * tables of one front-end in its words.
 */
export const supabaseAddresses = (['all', 'calling', 'shop', 'sales'] as const).map((front) => ({
  front,
  prefix: front === 'all' ? '' : `/compat/${front}`,
  tables: front === 'all' ? allTables : tablesOf(front),
}))

const nameOf = (front: FrontEndName | 'all') => (front === 'all' ? 'supabase' : `supabase-${front}`)

/** The APIs that supabase-js calls: sign-in, tables, functions and storage. */
export const supabaseFrontEnds: readonly FrontEnd[] = supabaseAddresses.map(({ front, prefix, tables }) => ({
  name: nameOf(front),
  prefix,
  title: front === 'all' ? 'Supabase' : `Supabase for ${front}`,
  passes: front === 'all' ? [] : signIn,
  adapted: { ...tableRoutes(tables), ...rpcOf[front], ...functionRoutes, ...storageRoutes },
  errorForms: [postgrestErrors(prefix, tables), functionErrors(prefix), storageErrors(prefix)],
}))
