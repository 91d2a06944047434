import { z } from 'zod'

/** JSON whose form is the front-end's own matter. */
export const anything = z.any()

/** A single resource as the front-end reads it: `success`, and the resource in `data`. */
export const inData = <T extends z.ZodType>(item: T) =>
  z.object({
    success: z.literal(true).describe('Always true; a failure is answered with an error status.'),
    data: item.describe('The record.'),
  })

/** A list as the front-end reads it. */
export const listInData = <T extends z.ZodType>(item: T) =>
  z.object({
    success: z.literal(true).describe('Always true; a failure is answered with an error status.'),
    data: z.array(item).describe('The records.'),
    nextCursor: z.string().nullable().describe('Send it as `cursor` to get the next page; null on the last page.'),
  })

export const single = <T>(data: T) => ({ success: true as const, data })

export const list = <T, R>(page: { data: T[]; nextCursor: string | null }, toItem: (item: T) => R) => ({
  success: true as const,
  data: page.data.map(toItem),
  nextCursor: page.nextCursor,
})
