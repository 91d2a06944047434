import type { Module } from '../../platform/module.ts'
import { administrationRoutes } from './routes.ts'

export const administration: Module = {
  name: 'administration',
  routes: ({ counters, reportSubjects }) => [administrationRoutes(counters, reportSubjects)],
}
