import type { FrontEnd } from '../front-end.ts'
import { tableRoutes } from './data-api.ts'
import { postgrestErrors } from './errors.ts'
import type { FrontEndName, TableView } from './tables/table.ts'
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

const supabase = (name: string, prefix: string, tables: readonly TableView[], passes: readonly string[]): FrontEnd => ({
  name,
  prefix,
  title: prefix === '' ? 'Supabase' : `Supabase in the words of ${prefix}`,
  passes,
  adapted: tableRoutes(tables),
  errorForms: [postgrestErrors(prefix, tables)],
})

const of = (front: FrontEndName) => supabase(`supabase-${front}`, `/compat/${front}`, tablesOf(front), signIn)

/**
 * The APIs that supabase-js calls: at the address of the server all tables, and at `/compat/<front-end>` the tables of one
 * front-end in its words.
 */
export const supabaseFrontEnds: readonly FrontEnd[] = [
  supabase('supabase', '', allTables, []),
  of('calling'),
  of('shop'),
  of('sales'),
]
