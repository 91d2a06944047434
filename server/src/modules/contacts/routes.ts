import type { RouteTable } from '../../platform/http/route.ts'
import { contactRoutes as people } from './contact-routes.ts'
import { doNotCallRoutes } from './do-not-call-routes.ts'
import { importRoutes } from './import/import-routes.ts'
import { contactListRoutes } from './list-routes.ts'

export const contactRoutes: RouteTable = {
  tag: 'Contacts',
  routes: { ...people, ...contactListRoutes, ...importRoutes, ...doNotCallRoutes },
}
