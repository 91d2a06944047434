export { listPlatforms, type PlatformState, secretsOf } from './connections.ts'
export { credentialsOf, installationCredentials, notConfigured, ownCredentials } from './credentials.ts'
export { integrationRoutes } from './routes.ts'
