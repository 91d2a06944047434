/** The column of a file for each field of a contact. */

import { beginning } from '../../../platform/text.ts'

export const importFields = ['first_name', 'last_name', 'phone_number', 'email', 'notes', 'time_zone', 'name'] as const
/** `name` is a whole name, split at its last space. */
export type ImportField = (typeof importFields)[number]

/** Column index by field. */
export type Columns = Partial<Record<ImportField, number>>

/** Common headers of each field, reduced to letters and digits. */
const knownHeaders: Record<ImportField, readonly string[]> = {
  first_name: ['firstname', 'first', 'givenname', 'forename', 'fname', 'vorname', 'prenom', 'nombre'],
  last_name: ['lastname', 'last', 'surname', 'familyname', 'lname', 'nachname', 'nom', 'apellido', 'apellidos'],
  phone_number: [
    'phonenumber',
    'phone',
    'telephone',
    'telephonenumber',
    'tel',
    'mobile',
    'mobilenumber',
    'mobilephone',
    'cell',
    'cellphone',
    'number',
    'phone1value',
    'telefon',
    'telefono',
    'telefone',
  ],
  email: ['email', 'emailaddress', 'mail', 'email1value', 'correo'],
  notes: ['notes', 'note', 'comment', 'comments', 'remarks', 'bemerkung'],
  time_zone: ['timezone', 'tz'],
  name: ['name', 'fullname', 'contact', 'contactname', 'displayname'],
}

const fold = (header: string) =>
  header
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')

/** Has `columns` when a required one is missing; has none when the mapping is wrong. */
export type ColumnsResult = { ok: true; columns: Columns } | { ok: false; columns?: Columns; message: string }

/**
 * Returns the columns by their headers, or by `mapping`, which takes precedence: `{"Tel. 2": "phone_number"}` or
 * `{"phone_number": "Tel. 2"}`.
 */
export function findColumns(headers: string[], mapping: Record<string, string> = {}): ColumnsResult {
  const columns: Columns = {}
  for (const field of importFields) {
    const index = headers.findIndex((header) => knownHeaders[field].includes(fold(header)))
    if (index >= 0) columns[field] = index
  }
  for (const [left, right] of Object.entries(mapping)) {
    const found = readPair(headers, left, right) ?? readPair(headers, right, left)
    if (!found) {
      return {
        ok: false,
        message: `mapping: "${left}" and "${right}" are not a column of the file and a field. ${describe(headers)}`,
      }
    }
    columns[found.field] = found.index
  }
  if (columns.phone_number === undefined) {
    return {
      ok: false,
      columns,
      message: `No column has the telephone number. Name it in mapping. ${describe(headers)}`,
    }
  }
  return { ok: true, columns }
}

function readPair(headers: string[], header: string, field: string): { field: ImportField; index: number } | null {
  const index = headers.findIndex((candidate) => candidate.trim() === header.trim())
  return index >= 0 && (importFields as readonly string[]).includes(field)
    ? { field: field as ImportField, index }
    : null
}

const describe = (headers: string[]) =>
  `The file's columns are: ${headers
    .slice(0, 20)
    .map((header) => `"${beginning(header, 40)}"`)
    .join(', ')}. Fields are: ${importFields.join(', ')}.`
