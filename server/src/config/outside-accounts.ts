import { type Environment, addressOrNull } from './values.ts'

export interface OAuthApp {
  clientId: string | null
  clientSecret: string | null
  authorizeUrl: string | null
  tokenUrl: string | null
}

/** Accounts of this installation at platforms and payment providers, for workspaces without their own. */
export interface OutsideAccounts {
  /** Apps at social platforms; null addresses: the platform's. */
  oauthApps: Record<'facebook' | 'instagram' | 'tiktok' | 'whatsapp', OAuthApp>
  /** What Meta repeats when it checks our webhook; null: the installation's own app cannot be subscribed. */
  metaVerifyToken: string | null
  /** The URL that messages are sent to. Null: the platform's own. */
  channelApis: Record<'facebook' | 'instagram' | 'tiktok' | 'telegram' | 'viber' | 'whatsapp', string | null>
  stripe: { secretKey: string | null; webhookSecret: string | null; apiUrl: string | null }
  paypal: { clientId: string | null; clientSecret: string | null; webhookId: string | null; apiUrl: string | null }
}

export const readOutsideAccounts = (env: Environment): OutsideAccounts => ({
  oauthApps: {
    facebook: {
      clientId: env.FACEBOOK_CLIENT_ID || null,
      clientSecret: env.FACEBOOK_CLIENT_SECRET || null,
      authorizeUrl: addressOrNull(env, 'FACEBOOK_AUTHORIZE_URL'),
      tokenUrl: addressOrNull(env, 'FACEBOOK_TOKEN_URL'),
    },
    instagram: {
      clientId: env.INSTAGRAM_CLIENT_ID || null,
      clientSecret: env.INSTAGRAM_CLIENT_SECRET || null,
      authorizeUrl: addressOrNull(env, 'INSTAGRAM_AUTHORIZE_URL'),
      tokenUrl: addressOrNull(env, 'INSTAGRAM_TOKEN_URL'),
    },
    tiktok: {
      clientId: env.TIKTOK_CLIENT_ID || null,
      clientSecret: env.TIKTOK_CLIENT_SECRET || null,
      authorizeUrl: addressOrNull(env, 'TIKTOK_AUTHORIZE_URL'),
      tokenUrl: addressOrNull(env, 'TIKTOK_TOKEN_URL'),
    },
    // Usually one app at Meta has both products.
    whatsapp: {
      clientId: env.WHATSAPP_CLIENT_ID || env.FACEBOOK_CLIENT_ID || null,
      clientSecret: env.WHATSAPP_CLIENT_SECRET || env.FACEBOOK_CLIENT_SECRET || null,
      authorizeUrl: null,
      tokenUrl: null,
    },
  },
  metaVerifyToken: env.META_VERIFY_TOKEN || null,
  channelApis: {
    facebook: addressOrNull(env, 'FACEBOOK_API_URL'),
    instagram: addressOrNull(env, 'INSTAGRAM_API_URL'),
    tiktok: addressOrNull(env, 'TIKTOK_API_URL'),
    telegram: addressOrNull(env, 'TELEGRAM_API_URL'),
    viber: addressOrNull(env, 'VIBER_API_URL'),
    whatsapp: addressOrNull(env, 'WHATSAPP_API_URL'),
  },
  stripe: {
    secretKey: env.STRIPE_SECRET_KEY || null,
    webhookSecret: env.STRIPE_WEBHOOK_SECRET || null,
    apiUrl: addressOrNull(env, 'STRIPE_API_URL'),
  },
  paypal: {
    clientId: env.PAYPAL_CLIENT_ID || null,
    clientSecret: env.PAYPAL_CLIENT_SECRET || null,
    webhookId: env.PAYPAL_WEBHOOK_ID || null,
    apiUrl: addressOrNull(env, 'PAYPAL_API_URL'),
  },
})
