export { listContacts } from './contacts.ts'
export { getContact, updateContact } from './contacts.ts'
export { addDoNotCall } from './do-not-call.ts'
export {
  type Identity,
  type IdentityKind,
  type Person,
  meetAsOne,
  meetContact,
  replaceIdentity,
  splitName,
  wholeName,
} from './identities.ts'
export { importContacts } from './import/import-job.ts'
export { getImport } from './import/import-row.ts'
export { importFile } from './import/imports.ts'
export { importErrorFile } from './import/error-file.ts'
export { parsePhoneNumber, toE164 } from './phone-number.ts'
export { contactRoutes } from './routes.ts'
export { type TimelineEntry, onTimeline } from './timeline.ts'
export { addToContactList, createContactList, listContactLists, removeFromContactList } from './lists.ts'
