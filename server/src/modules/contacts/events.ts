import { z } from 'zod'
import { event } from '../../platform/events.ts'
import { Import } from './schema.ts'

export const ContactCreated = event('contact.created', z.object({ contact_id: z.uuid() }), {
  event: 'contact:new',
  scope: 'contacts:read',
})

export const ContactUpdated = event('contact.updated', z.object({ contact_id: z.uuid() }), {
  event: 'contact:update',
  scope: 'contacts:read',
})

export const ContactDeleted = event('contact.deleted', z.object({ contact_id: z.uuid() }), {
  event: 'contact:deleted',
  scope: 'contacts:read',
})

/** Someone must not be called any more: they said so on the telephone, or a member entered it. */
export const DoNotCallAdded = event(
  'do_not_call.added',
  z.object({ id: z.uuid(), phone_number: z.string(), reason: z.string().nullable() }),
  { event: 'do-not-call:new', scope: 'do-not-call:read' },
)

/** People were put on or taken off a list: campaigns that work through it take notice. */
export const ContactListChanged = event('contact_list.changed', z.object({ contact_list_id: z.uuid() }), {
  event: 'contact-list:update',
  scope: 'contact-lists:read',
})

export const ImportEnded = event('import.ended', Import, { event: 'import:progress', scope: 'contacts:import' })

export const ContactsMerged = event('contacts.merged', z.object({ contact_id: z.uuid(), old_id: z.uuid() }), {
  event: 'contact:update',
  scope: 'contacts:read',
})
