import type { Module } from '../../platform/module.ts'
import { renewTokens } from './renewal.ts'
import { integrationRoutes } from './routes.ts'

export { accountOf, needsAttention } from './accounts.ts'
export type { Media, ChannelEvent } from './channels/channel.ts'
export { channels } from './channels/channels.ts'
export {
  type CredentialsOf,
  credentialsOf,
  installationCredentials,
  notConfigured,
  ownCredentials,
} from './credentials.ts'
export { type PlatformName, platformNames, platformOf, platforms } from './platforms.ts'
export { renewTokens } from './renewal.ts'
export { listPlatforms, type PlatformState } from './shop-integrations.ts'
export { verifyChallenge, verifyDelivery } from './webhook.ts'

export const integrations: Module = { name: 'integrations', routes: [integrationRoutes], jobs: [renewTokens] }
