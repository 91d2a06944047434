export type { FindSubjects, Subject } from './reports.ts'
export { administrationRoutes } from './routes.ts'
export type { AdminCounter } from './statistics.ts'
