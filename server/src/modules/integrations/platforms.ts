import type { Ctx } from '../../platform/context.ts'
import { invalidField, notFound } from '../../platform/errors.ts'

export type OAuthPlatformName = 'facebook' | 'instagram' | 'tiktok'
export type BotPlatformName = 'telegram' | 'viber' | 'whatsapp'
export type PlatformName = OAuthPlatformName | BotPlatformName

/** The differences of a platform's login from RFC 6749. */
export interface OAuthPlatform {
  authorizeUrl: string
  tokenUrl: string
  scope: string
  /** The name of the client id parameter on the authorize page. */
  clientIdParameter: string
  /** The format of the token request. */
  tokenRequest: 'form' | 'tiktok'
}

export const oauthPlatforms: Record<OAuthPlatformName, OAuthPlatform> = {
  // developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
  facebook: {
    authorizeUrl: 'https://www.facebook.com/v23.0/dialog/oauth',
    tokenUrl: 'https://graph.facebook.com/v23.0/oauth/access_token',
    scope: 'pages_show_list,pages_messaging,pages_manage_metadata',
    clientIdParameter: 'client_id',
    tokenRequest: 'form',
  },
  // developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
  instagram: {
    authorizeUrl: 'https://www.instagram.com/oauth/authorize',
    tokenUrl: 'https://api.instagram.com/oauth/access_token',
    scope: 'instagram_business_basic,instagram_business_manage_messages',
    clientIdParameter: 'client_id',
    tokenRequest: 'form',
  },
  // business-api.tiktok.com/portal/docs: JSON, `auth_code`, and errors in responses with status 200.
  tiktok: {
    authorizeUrl: 'https://www.tiktok.com/v2/auth/authorize',
    tokenUrl: 'https://business-api.tiktok.com/open_api/v1.3/tt_user/oauth2/token/',
    scope: 'user.info.basic,user.info.username,message.list.read,message.list.send,message.list.manage',
    clientIdParameter: 'client_key',
    tokenRequest: 'tiktok',
  },
}

/** The default URL of each platform's API. */
const apiUrls: Record<PlatformName, string> = {
  facebook: 'https://graph.facebook.com/v23.0',
  instagram: 'https://graph.instagram.com/v23.0',
  tiktok: 'https://business-api.tiktok.com/open_api/v1.3',
  telegram: 'https://api.telegram.org',
  viber: 'https://chatapi.viber.com/pa',
  whatsapp: 'https://graph.facebook.com/v23.0',
}

export const apiUrlOf = (ctx: Ctx, platform: PlatformName): string =>
  ctx.services.config.channelApis[platform] ?? apiUrls[platform]

export const platforms: Record<PlatformName, { name: string; type: 'social' | 'messaging' }> = {
  facebook: { name: 'Facebook', type: 'social' },
  instagram: { name: 'Instagram', type: 'social' },
  tiktok: { name: 'TikTok', type: 'social' },
  telegram: { name: 'Telegram', type: 'messaging' },
  viber: { name: 'Viber', type: 'messaging' },
  whatsapp: { name: 'WhatsApp', type: 'messaging' },
}

export const platformNames = Object.keys(platforms) as PlatformName[]

export const isOAuthPlatform = (name: string): name is OAuthPlatformName => Object.hasOwn(oauthPlatforms, name)

/** Platforms that need a registered app with an id and a secret; the others only need the token of a bot. */
export type AppPlatformName = OAuthPlatformName | 'whatsapp'
export const hasApp = (name: PlatformName): name is AppPlatformName => isOAuthPlatform(name) || name === 'whatsapp'

/** A 400 error for a token that a platform refuses. */
export const refusedToken = (platform: PlatformName, why: unknown) =>
  invalidField('body.token', `${platforms[platform].name} refused this token: ${String(why).slice(0, 200)}`)

export const isPlatform = (name: string): name is PlatformName => Object.hasOwn(platforms, name)

/** Throws 404 for an unknown platform. */
export function platformOf(name: string): PlatformName {
  if (!isPlatform(name)) throw notFound('platform')
  return name
}
