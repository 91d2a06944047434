import { z } from 'zod'
import { isTimeZone } from '../../../platform/time-zone.ts'
import { beginning } from '../../../platform/text.ts'
import { parsePhoneNumber } from '../phone-number.ts'
import type { Columns, ImportField } from './columns.ts'

/** A contact of an import. Only the number is required; names can be empty. */
export interface ContactRow {
  first_name: string
  last_name: string
  phone_number: string
  email: string | null
  notes: string | null
  time_zone: string | null
}

export type ContactRowResult = { ok: true; contact: ContactRow } | { ok: false; message: string }

const isEmail = z.email().max(255)

/** Returns the contact of a row. `country` (ISO 3166-1 alpha-2) is the country of numbers without `+`. */
export function readContactRow(cells: string[], columns: Columns, country: string): ContactRowResult {
  const cell = (field: ImportField) => {
    const index = columns[field]
    // PostgreSQL cannot store a NUL.
    return index === undefined ? '' : (cells[index] ?? '').replaceAll('\0', '').toWellFormed().trim()
  }
  const faults: string[] = []
  const number = parsePhoneNumber(cell('phone_number'), country)
  if (cell('phone_number') === '') faults.push('The telephone number is missing.')
  else if (!number.ok) faults.push(number.reason)
  const email = cell('email')
  if (email !== '' && !isEmail.safeParse(email).success)
    faults.push(`"${beginning(email, 60)}" is not an e-mail address.`)
  const zone = cell('time_zone')
  if (zone !== '' && !isTimeZone(zone)) faults.push(`"${beginning(zone, 60)}" is not a time zone like Europe/Paris.`)
  const whole = splitName(cell('name'))
  const first_name = cell('first_name') || whole.first
  const last_name = cell('last_name') || whole.last
  if (first_name.length > 255 || last_name.length > 255) faults.push('A name may have at most 255 characters.')
  if (faults.length > 0 || !number.ok) return { ok: false, message: faults.join(' ') }
  return {
    ok: true,
    contact: {
      first_name,
      last_name,
      phone_number: number.e164,
      email: email || null,
      notes: beginning(cell('notes'), 20_000) || null,
      time_zone: zone || null,
    },
  }
}

function splitName(name: string): { first: string; last: string } {
  const space = name.lastIndexOf(' ')
  return space < 0 ? { first: name, last: '' } : { first: name.slice(0, space).trim(), last: name.slice(space + 1) }
}
