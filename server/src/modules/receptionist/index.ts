import type { Module } from '../../platform/module.ts'
import { receptionistCallSource } from './calls/call-log.ts'
import { embedKnowledge } from './knowledge/knowledge.ts'
import { receptionistRoutes } from './routes.ts'

const noDemo = 'The spoken demo is not available: this server has no voice assistant yet.'

export const receptionist: Module = {
  name: 'receptionist',
  routes: [receptionistRoutes],
  jobs: [embedKnowledge],
  callSources: [receptionistCallSource],
  unservedSockets: { '/ws/demo': noDemo, '/compat/receptionist/ws/demo': noDemo },
}
