import type { Module } from '../../platform/module.ts'
import { receptionistCallSource } from './calls/call-log.ts'
import { embedKnowledge } from './knowledge/knowledge.ts'
import { receptionistRoutes } from './routes.ts'

export const receptionist: Module = {
  name: 'receptionist',
  routes: [receptionistRoutes],
  jobs: [embedKnowledge],
  callSources: [receptionistCallSource],
}
