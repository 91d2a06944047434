export { type ReceivedFile, fileUrl, receiveFile, recordFile } from './files.ts'
export { type Greeting, getGreeting } from './greetings.ts'
export { fileRoutes } from './routes.ts'
