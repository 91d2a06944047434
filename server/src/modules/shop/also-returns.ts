import { z } from 'zod'
import type { AlsoReturns } from '../../platform/http/route.ts'

const isSuccess = {
  schema: z.literal(true).describe('Always true; a failure is answered with an error status.'),
  from: () => true,
}

/** The form of lists that the shop's front-end reads: `success` beside the page. */
export const withSuccess: readonly AlsoReturns[] = [{ names: { success: isSuccess } }]

/** The form of single records that it reads: `success`, and the record in `data`, beside the record itself. */
export const withData = (record: z.ZodType): readonly AlsoReturns[] => [
  {
    names: {
      success: isSuccess,
      data: { schema: record.describe('The same record, for clients of another API.'), from: (of: object) => of },
    },
  },
]
