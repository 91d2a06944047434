import { z } from 'zod'
import { isTimeZone } from '../time-zone.ts'

/** The field types that every module's schemas are made of. */

export const id = z.uuid()

/** A time, ISO 8601 with `Z`. */
export const instant = z.iso.datetime({ offset: true })

/** The time zone of days. */
export const timeZone = z.string().max(100).refine(isTimeZone, 'Give a time zone by its IANA name, like Europe/Paris.')

/** Optional in a body: an empty string means "not given". */
export const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional()).optional()

/** Optional and clearable in an update: null or an empty string empties it, leaving it out keeps it. */
export const clearable = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? null : value), schema.nullable()).optional()

/** A number, also as the text that the field of a form holds. */
export const numeric = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value), schema)

/** The response of a download: the bytes of a file instead of JSON. */
export const bytes = (mediaType: string) => z.any().meta({ mediaType })

/** The response of a download that is text, like CSV. */
export const textFile = (mediaType: string) => z.string().meta({ mediaType })

/** Trimmed, and not empty then. */
export const text = (maxLength: number) => z.string().trim().min(1).max(maxLength)

/** The response of a deletion, and of whatever else has nothing to say. */
export const success = z.object({
  success: z.literal(true).describe('Always true; a failure is answered with an error status.'),
})
export const message = z.object({ message: z.string().describe('A sentence for a person that says what was done.') })
/** The value of `success`. */
export const succeeded = { success: true } as const

/** A `limit` of a list; more than 200 count as 200. */
export const clampedLimit = z.coerce
  .number()
  .int()
  .min(1)
  .overwrite((limit) => Math.min(limit, 200))

/** `?limit=&cursor=` of every list. */
export const page = (defaultLimit = 50) =>
  z.object({
    limit: z.coerce.number().int().min(1).max(200).default(defaultLimit).describe('How many items a page has at most.'),
    cursor: z
      .string()
      .max(500)
      .optional()
      .describe(
        'Where the next page begins: `next_cursor` of the page before. Opaque; leave it out for the first page.',
      ),
  })

/** `?page=&per_page=` of lists that also have numbered pages. */
export const pageNumber = z.coerce.number().int().min(1).max(1_000_000)
export const perPage = z.coerce.number().int().min(1).max(200)

/** `page` for front-ends that ask for any number of items: a `limit` above 200 counts as 200. */
export const clampedPage = (defaultLimit = 50) =>
  page(defaultLimit).extend({
    limit: clampedLimit
      .default(defaultLimit)
      .describe('How many items a page has at most. More than 200 count as 200.'),
  })

/** The response of a list: `next_cursor` is null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    data: z.array(item).describe('The page of list, one page of it.'),
    next_cursor: z.string().nullable().describe('Send it as `cursor` to get the next page; null on the last page.'),
  })
