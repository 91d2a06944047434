export { deliverPush } from './deliver.ts'
export { notify, pushNotification } from './notify.ts'
export { notificationRoutes } from './routes.ts'
