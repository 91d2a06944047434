import type { Module } from '../../platform/module.ts'
import { importContacts } from './import/import-job.ts'
import { contactRoutes } from './routes.ts'

export { listContacts } from './contacts.ts'
export { getContact, updateContact } from './contacts.ts'
export { contactsWithNumber, findContactIds, namesOfContacts } from './contact-names.ts'
export { addDoNotCall, isOnDoNotCall } from './do-not-call.ts'
export { type Person, findOrMergeContact, findOrCreateContact } from './contact-matching.ts'
export { splitName, wholeName } from './names.ts'
export { type Identity, type IdentityKind, replaceIdentity } from './identities.ts'
export { getImport } from './import/import-row.ts'
export { importFile } from './import/imports.ts'
export { importErrorFile } from './import/error-file.ts'
export { parsePhoneNumber, toE164 } from './phone-number.ts'
export { type TimelineEntry, timelineProjection } from './timeline.ts'
export { addToContactList, createContactList, listContactLists, removeFromContactList } from './lists.ts'

export const contacts: Module = { name: 'contacts', routes: [contactRoutes], jobs: [importContacts] }
