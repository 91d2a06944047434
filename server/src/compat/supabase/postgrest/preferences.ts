import type { IncomingHttpHeaders } from 'node:http'
import { FacadeError, badQuery } from '../failure.ts'

/** The headers of a request to a table. */
export interface Preferences {
  /** One row as an object instead of a list. */
  isSingle: boolean
  returns: 'representation' | 'minimal' | 'headers-only'
  wantsCount: boolean
  resolution: 'merge-duplicates' | 'ignore-duplicates' | undefined
  /** Rows `from` to `to`, both counted from 0. */
  range: { from: number; to: number | undefined } | undefined
}

/** Reads Prefer, Accept, Range and the profile headers. Throws 406 for another schema or media type. */
export function readPreferences(headers: IncomingHttpHeaders): Preferences {
  const profile = headers['accept-profile'] ?? headers['content-profile']
  if (profile !== undefined && profile !== 'public')
    throw new FacadeError(406, 'unknown_schema', 'The schema must be public.', { pgCode: 'PGRST106' })
  const accept = headers.accept ?? '*/*'
  const isSingle = accept.includes('application/vnd.pgrst.object+json')
  if (!isSingle && !/\*\/\*|application\/(\*|json|vnd\.pgrst\.array\+json)/.test(accept))
    throw new FacadeError(406, 'not_acceptable', 'Responses are JSON.', { pgCode: 'PGRST107' })
  const preferred = new Map(
    [headers.prefer ?? []]
      .flat()
      .join(',')
      .split(/[,;]/)
      .map((one) => [one.trim().split('=')[0], one.trim().split('=')[1]] as const),
  )
  const returns = preferred.get('return')
  const resolution = preferred.get('resolution')
  return {
    isSingle,
    returns: returns === 'representation' || returns === 'headers-only' ? returns : 'minimal',
    wantsCount: preferred.has('count'),
    resolution: resolution === 'merge-duplicates' || resolution === 'ignore-duplicates' ? resolution : undefined,
    range: readRange(headers.range),
  }
}

function readRange(header: string | undefined): Preferences['range'] {
  if (header === undefined) return undefined
  const [, from, to] = /^(?:items=)?(\d{1,9})-(\d{0,9})$/.exec(header) ?? []
  if (from === undefined) throw badQuery('Range cannot be read.', 'Write Range: 0-9.')
  return { from: Number(from), to: to ? Number(to) : undefined }
}

/** Returns the value of Content-Range: `0-9/42`, or `*` where there are no rows or no count. */
export const contentRange = (from: number, rows: number, total: number | undefined): string =>
  `${rows > 0 ? `${from}-${from + rows - 1}` : '*'}/${total ?? '*'}`
