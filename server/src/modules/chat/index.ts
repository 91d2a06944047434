import type { Module } from '../../platform/module.ts'
import { chatCounter, chatSubjects } from './administration.ts'
import { chatAudience } from './audience.ts'
import { chatExport } from './export.ts'
import { forgetFinds, removeExpiredMessages, removeStoredFiles, removeUnusedFiles } from './jobs.ts'
import { chatCommands, chatFrames } from './live.ts'
import { createPresence } from './people/presence.ts'
import { chatRoutes } from './routes.ts'

export const chat: Module = {
  name: 'chat',
  routes: [chatRoutes],
  jobs: [removeExpiredMessages, removeStoredFiles, removeUnusedFiles, forgetFinds],
  commands: chatCommands,
  frames: chatFrames,
  audience: [chatAudience],
  counters: [chatCounter],
  reportSubjects: chatSubjects,
  accountSections: chatExport,
  presenceTracker: createPresence,
}
