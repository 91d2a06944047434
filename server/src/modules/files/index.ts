import type { Module } from '../../platform/module.ts'
import { fileRoutes } from './routes.ts'
import { fileCounter } from './statistics.ts'

export { sendFile } from './download.ts'
export { type ReceivedFile, type StoredFile, deleteFile, fileUrl, getFile, receiveFile, recordFile } from './files.ts'
export { type Greeting, getGreeting } from './greetings.ts'
export { storageFull } from './quota.ts'
export { withinQuota } from './quota.ts'
export {
  type StoredObject,
  alreadyThere,
  findObject,
  findPublicObject,
  listObjects,
  moveObject,
  placeObject,
  uploadObject,
} from './objects.ts'
export { openSignature, signedFileUrl } from './signed-url.ts'

export const files: Module = { name: 'files', routes: [fileRoutes], counters: [fileCounter] }
