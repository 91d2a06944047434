export { sendFile } from './download.ts'
export { type ReceivedFile, type StoredFile, deleteFile, fileUrl, getFile, receiveFile, recordFile } from './files.ts'
export { type Greeting, getGreeting } from './greetings.ts'
export { fileRoutes } from './routes.ts'
