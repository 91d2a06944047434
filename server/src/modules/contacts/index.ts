export { addDoNotCall } from './do-not-call.ts'
export { importContacts } from './import/import-job.ts'
export { parsePhoneNumber, toE164 } from './phone-number.ts'
export { contactRoutes } from './routes.ts'
