import { z } from 'zod'
import { validate } from '../../../platform/http/parse.ts'
import type { FormField } from './schema.ts'

const notGiven = (value: unknown) => value === undefined || value === null || value === ''

/** What a value of this field must be. Browsers send numbers and ticks as text, so both spellings are taken. */
function valueOf({ type, options = [] }: FormField): z.ZodType {
  switch (type) {
    case 'text':
      return z.string().trim().min(1, 'Fill this in.').max(5000)
    case 'email':
      return z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))
    case 'phone':
      return z.string().trim().min(1, 'Fill this in.').max(50)
    case 'number':
      return z.union([z.number(), z.string().trim().min(1).pipe(z.coerce.number())], 'This is not a number.')
    case 'select':
      return z.enum(options, 'Choose one of what is offered.')
    case 'checkbox':
      return z.union([z.boolean(), z.stringbool()], 'This is either ticked or not.')
    case 'date':
      return z.iso.date('Give a date as YYYY-MM-DD.')
  }
}

function schemaOf(field: FormField): z.ZodType {
  const { required, type } = field
  const given = valueOf(field)
  if (!required) return z.preprocess((value) => (notGiven(value) ? undefined : value), given.optional()).optional()
  const mustTick = type === 'checkbox' ? given.refine((ticked) => ticked === true, 'This must be ticked.') : given
  return z
    .unknown()
    .refine((value) => !notGiven(value), { message: 'Fill this in.', abort: true })
    .pipe(mustTick)
}

/**
 * Checks what was entered against the form's fields and answers the values to keep; what the form does not ask is
 * dropped. Throws 400 naming each bad field as `body.values.<name>`.
 */
export function checkValues(fields: FormField[], values: Record<string, unknown>): Record<string, unknown> {
  const shape = Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)]))
  return validate(z.object({ values: z.object(shape) }), { values }, 'body').values
}
