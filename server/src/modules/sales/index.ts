import type { Module } from '../../platform/module.ts'
import { salesCallSource } from './conversations/call-log.ts'
import { expireHandoffs } from './handoffs/jobs.ts'
import { handoffFrames } from './handoffs/schema.ts'
import { salesRoutes } from './routes.ts'

export const sales: Module = {
  name: 'sales',
  routes: [salesRoutes],
  jobs: [expireHandoffs],
  frames: handoffFrames,
  callSources: [salesCallSource],
}
