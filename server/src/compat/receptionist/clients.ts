import { clearable } from '../../platform/http/fields.ts'
import { z } from 'zod'
import { ClientChanges } from '../../modules/receptionist/clients/schema.ts'
import { adapt } from '../adapt.ts'
import type { FrontEnd } from '../front-end.ts'

export const clients: FrontEnd['adapted'] = {
  // Its form sends the whole client back, so `phone` is what the user has edited and `phone_number` what it was.
  putClient: adapt({
    operation: 'putClient',
    body: ClientChanges.extend({ phone: clearable(z.string()) }),
    accepts: {},
    ignores: { body: ['id', 'user_id', 'created_at', 'updated_at'] },
    example: { name: 'Dr. Berg', profession: 'Dentist', phone: '+15551230077', description: 'Dental practice' },
    toRequest: ({ body: { phone, phone_number, ...rest } }) => ({
      body: { ...rest, ...present({ phone_number: phone === undefined ? phone_number : phone }) },
    }),
  }),
}

const present = (fields: { phone_number: string | null | undefined }) =>
  fields.phone_number === undefined ? {} : fields
