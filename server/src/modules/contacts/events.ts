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

/** A number was added to the do-not-call list, by a member or at the request of the person during a call. */
export const DoNotCallAdded = event(
  'do_not_call.added',
  z.object({ id: z.uuid(), phone_number: z.string(), reason: z.string().nullable() }),
  { event: 'do-not-call:new', scope: 'do-not-call:read' },
)

/** Contacts were added to or removed from a list. Campaigns with the list follow. */
export const ContactListChanged = event('contact_list.changed', z.object({ contact_list_id: z.uuid() }), {
  event: 'contact-list:update',
  scope: 'contact-lists:read',
})

export const ImportEnded = event('import.ended', Import, { event: 'import:progress', scope: 'contacts:import' })

export const ContactsMerged = event('contacts.merged', z.object({ contact_id: z.uuid(), old_id: z.uuid() }), {
  event: 'contact:update',
  scope: 'contacts:read',
})
