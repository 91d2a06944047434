import { z } from 'zod'
import { validate } from '../../../platform/http/parse.ts'
import type { FormField } from './schema.ts'

const isEmpty = (value: unknown) => value === undefined || value === null || value === ''

/** Returns the schema of a field's value. Browsers send numbers and checkboxes as text, so both forms are accepted. */
function valueOf({ type, options = [] }: FormField): z.ZodType {
  switch (type) {
    case 'text':
      return z.string().trim().min(1, 'This field is required.').max(5000)
    case 'email':
      return z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))
    case 'phone':
      return z.string().trim().min(1, 'This field is required.').max(50)
    case 'number':
      return z.union([z.number(), z.string().trim().min(1).pipe(z.coerce.number())], 'Must be a number.')
    case 'select':
      return z.enum(options, 'Must be one of the options.')
    case 'checkbox':
      return z.union([z.boolean(), z.stringbool()], 'Must be true or false.')
    case 'date':
      return z.iso.date('Must be a date in the form YYYY-MM-DD.')
  }
}

function schemaOf(field: FormField): z.ZodType {
  const { required, type } = field
  const given = valueOf(field)
  if (!required) return z.preprocess((value) => (isEmpty(value) ? undefined : value), given.optional()).optional()
  const checked = type === 'checkbox' ? given.refine((value) => value === true, 'This box must be checked.') : given
  return z
    .unknown()
    .refine((value) => !isEmpty(value), { message: 'This field is required.', abort: true })
    .pipe(checked)
}

/**
 * Checks the entered values against the form's fields. Returns the values to store, without unknown fields. Throws 400
 * that names each invalid field as `body.values.<name>`.
 */
export function checkValues(fields: FormField[], values: Record<string, unknown>): Record<string, unknown> {
  const shape = Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)]))
  return validate(z.object({ values: z.object(shape) }), { values }, 'body').values
}
