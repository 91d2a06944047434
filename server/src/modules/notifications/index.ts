import type { Module } from '../../platform/module.ts'
import { deliverPush } from './deliver.ts'
import { pushNotification } from './notify.ts'
import { notificationRoutes } from './routes.ts'
import { Notification } from './schema.ts'

export { notify } from './notify.ts'

export const notifications: Module = {
  name: 'notifications',
  routes: [notificationRoutes],
  jobs: [pushNotification, deliverPush],
  frames: { notification: Notification },
}
