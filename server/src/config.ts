import { mkdirSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import type { RateLimits } from './platform/http/rate-limit.ts'

export const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Everything the environment decides, read once. This is the only reader of `process.env`. */
export interface Config {
  host: string
  port: number
  dataDir: string
  /** Where browsers reach us, without a trailing slash. */
  publicUrl: string
  /** Nothing configured and listening on loopback only: conveniences that production must not have. */
  development: boolean
  database: {
    /** PostgreSQL; null: the embedded database in `dataDir`. */
    url: string | null
    poolSize: number
    poolTimeoutMs: number
    connectionMaxAgeSeconds: number
    /** One round trip for opener and query (`DATABASE_PIPELINE=off` where a proxy cannot carry that). */
    pipelined: boolean
  }
  trustProxy: boolean | string
  corsOrigins: string[]
  rateLimits: RateLimits
  signIn: { failuresPerWindow: number; windowMinutes: number; signUpsPerHour: number; minPasswordLength: number }
  /** Given keys, newest first; null: generated into `dataDir`. */
  encryptionKeys: string | null
  tokenKeys: string | null
  logLevel: string
  metricsToken: string | null
  publicWorkspaceId: string | null
  /** A JSON file of the plans on offer; null: ours. */
  plansFile: string | null
  /** Its limits count for workspaces without a subscription; null: they have none. */
  defaultPlan: string | null
  /** PEM files or `host:port` lists are not here: they belong to the modules that come to need them. */
  sip: {
    host: string
    port: number
    externalIp: string | null
    rtpPorts: { from: number; to: number }
    allowPrivate: boolean
    maxCalls: number
  }
  /** A model that turns texts into vectors, by OpenAI's protocol (`POST <url>/embeddings`); null: knowledge is found by words. */
  embeddings: { url: string; model: string; apiKey: string | null } | null
  video: VideoConfig
  /** Signs web push (RFC 8292). Base64url as browsers write it; null: generated into `dataDir`. */
  vapid: { publicKey: string | null; privateKey: string | null; subject: string | null }
  /** Apps of this installation at social platforms, for workspaces without their own; null addresses: the platform's. */
  oauthApps: Record<'facebook' | 'instagram' | 'tiktok' | 'whatsapp', OAuthApp>
  /** What Meta repeats when it checks our webhook; null: the installation's own app cannot be subscribed. */
  metaVerifyToken: string | null
  /** Where messages go out; null: the platform's own address. */
  channelApis: Record<'facebook' | 'instagram' | 'tiktok' | 'telegram' | 'viber' | 'whatsapp', string | null>
  /** This installation's Stripe account, for workspaces without their own. */
  stripe: { secretKey: string | null; webhookSecret: string | null; apiUrl: string | null }
  /** This installation's PayPal app, for workspaces without their own. */
  paypal: { clientId: string | null; clientSecret: string | null; webhookId: string | null; apiUrl: string | null }
  /** Where else people have accounts that they may sign in with, by the name in the path; null: known, not configured. */
  signInProviders: Record<string, SignInProvider | null>
  mail: {
    /** `smtp://user:password@host:587` or `smtps://…`; null: mails are kept for the command line. */
    smtpUrl: string | null
    /** `Name <address>`. */
    from: string
    /** Takes SMS as JSON; null: they are kept for the command line. */
    smsUrl: string | null
    smsToken: string | null
    /** The page of the front-end where a new password is chosen; gets `?token=`. */
    passwordResetUrl: string
  }
  /** Targets the guarded fetch may reach although they are private. */
  outboundAllow: string[]
}

export interface OAuthApp {
  clientId: string | null
  clientSecret: string | null
  authorizeUrl: string | null
  tokenUrl: string | null
}

export type SignInProvider = OpenIdProvider | GitHubProvider

interface SignInClient {
  /** What people call it. */
  label: string
  clientId: string
  /** Null: a public client, which has PKCE alone. */
  clientSecret: string | null
}

export interface OpenIdProvider extends SignInClient {
  kind: 'openid'
  issuer: string
  /** Its e-mail addresses count as verified although it does not say so: a directory of one's own people. */
  trustsEmail: boolean
}

export interface GitHubProvider extends SignInClient {
  kind: 'github'
  url: string
  apiUrl: string
}

export interface VideoConfig {
  /** `mesh`: browsers connect to each other, signalled over our WebSocket. */
  provider:
    | { kind: 'mesh' }
    | { kind: 'livekit'; url: string; apiKey: string; apiSecret: string }
    | { kind: 'twilio'; accountSid: string; apiKey: string; apiSecret: string }
  /** TURN servers that share a secret with us (coturn's `static-auth-secret`); null: browsers find their own way. */
  turn: { urls: string[]; secret: string } | null
}

export type Environment = Record<string, string | undefined>

class ConfigError extends Error {}

/** Throws `ConfigError` with a sentence naming the variable. */
export function readConfig(env: Environment): Config {
  const host = env.HOST || '127.0.0.1'
  const port = wholeNumber(env, 'PORT', 3001, 0, 65_535)
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.')
  const production = env.NODE_ENV === 'production'
  const development = loopback && !production && !env.PUBLIC_URL
  const dataDir = path.resolve(env.DATA_DIR || './data')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const publicUrl = (env.PUBLIC_URL || `http://${host.includes(':') ? `[${host}]` : host}:${port}`).replace(/\/+$/, '')
  return Object.freeze<Config>({
    host,
    port,
    dataDir,
    publicUrl,
    development,
    database: {
      url: env.DATABASE_URL || null,
      poolSize: wholeNumber(env, 'DATABASE_POOL_SIZE', 10, 1, 500),
      poolTimeoutMs: wholeNumber(env, 'DATABASE_POOL_TIMEOUT_MS', 10_000, 100, 600_000),
      connectionMaxAgeSeconds: wholeNumber(env, 'DATABASE_CONNECTION_MAX_AGE_S', 3600, 0, 604_800),
      pipelined: flag(env, 'DATABASE_PIPELINE', true),
    },
    trustProxy:
      env.TRUST_PROXY === undefined || env.TRUST_PROXY === ''
        ? false
        : /^(1|true|on)$/.test(env.TRUST_PROXY)
          ? true
          : env.TRUST_PROXY,
    corsOrigins: list(env.CORS_ORIGINS).map(origin),
    rateLimits: {
      perCredential: wholeNumber(env, 'RATE_LIMIT_PER_MINUTE', 1200, 1, 10_000_000),
      perPublicAddress: wholeNumber(env, 'RATE_LIMIT_PUBLIC_PER_MINUTE', 60, 1, 10_000_000),
      perSenderAddress: wholeNumber(env, 'RATE_LIMIT_WEBHOOK_PER_MINUTE', 6000, 1, 10_000_000),
    },
    signIn: {
      failuresPerWindow: wholeNumber(env, 'LOGIN_FAILURES', 5, 1, 10_000_000),
      windowMinutes: wholeNumber(env, 'LOGIN_WINDOW_MINUTES', 15, 1, 1440),
      signUpsPerHour: wholeNumber(env, 'SIGN_UPS_PER_HOUR', 20, 1, 10_000_000),
      minPasswordLength: wholeNumber(env, 'PASSWORD_MIN_LENGTH', 6, 6, 128),
    },
    encryptionKeys: env.ENCRYPTION_KEYS || null,
    tokenKeys: env.JWT_KEYS || null,
    // At a developer's terminal only what needs attention.
    logLevel: logLevel(env, development ? 'warn' : 'info'),
    metricsToken: env.METRICS_TOKEN || null,
    publicWorkspaceId: env.PUBLIC_WORKSPACE_ID || null,
    plansFile: env.PLANS_FILE || null,
    defaultPlan: env.DEFAULT_PLAN || null,
    sip: {
      host: env.SIP_HOST || (loopback ? '127.0.0.1' : '0.0.0.0'),
      port: wholeNumber(env, 'SIP_PORT', 5060, 0, 65_535),
      externalIp: address(env, 'EXTERNAL_IP'),
      rtpPorts: portRange(env, 'RTP_PORTS', '16384-18383'),
      allowPrivate: flag(env, 'SIP_ALLOW_PRIVATE', development),
      maxCalls: wholeNumber(env, 'SIP_MAX_CALLS', 500, 1, 5000),
    },
    embeddings: env.EMBEDDINGS_URL
      ? {
          url: webAddress(env, 'EMBEDDINGS_URL'),
          model: env.EMBEDDINGS_MODEL || 'nomic-embed-text',
          apiKey: env.EMBEDDINGS_API_KEY || null,
        }
      : null,
    video: { provider: videoProvider(env), turn: turnServers(env) },
    vapid: {
      publicKey: env.VAPID_PUBLIC_KEY || null,
      privateKey: env.VAPID_PRIVATE_KEY || null,
      subject: env.VAPID_SUBJECT || null,
    },
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
    signInProviders: signInProviders(env),
    mail: {
      smtpUrl: smtpAddress(env),
      from: env.MAIL_FROM || `Switchboard <no-reply@${URL.parse(publicUrl)?.hostname ?? 'localhost'}>`,
      smsUrl: addressOrNull(env, 'SMS_URL'),
      smsToken: env.SMS_TOKEN || null,
      passwordResetUrl: addressOrNull(env, 'PASSWORD_RESET_URL') ?? `${publicUrl}/reset-password`,
    },
    // What the operator names is the operator's to reach, private or not.
    outboundAllow: [
      ...list(env.OUTBOUND_ALLOW),
      ...(env.EMBEDDINGS_URL ? [hostOf(webAddress(env, 'EMBEDDINGS_URL'))] : []),
      ...[
        env.FACEBOOK_API_URL,
        env.INSTAGRAM_API_URL,
        env.TIKTOK_API_URL,
        env.FACEBOOK_TOKEN_URL,
        env.INSTAGRAM_TOKEN_URL,
        env.TIKTOK_TOKEN_URL,
        env.TELEGRAM_API_URL,
        env.VIBER_API_URL,
        env.WHATSAPP_API_URL,
        env.STRIPE_API_URL,
        env.PAYPAL_API_URL,
        env.SMS_URL,
        env.OAUTH_GITHUB_URL,
        env.OAUTH_GITHUB_API_URL,
        ...openIdNames(env).map((name) => env[`OIDC_${name}_ISSUER`]),
      ].flatMap((address) => (address ? [hostOf(address)] : [])),
    ],
  })
}

function wholeNumber(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}, not "${text}".`)
  }
  return value
}

function flag(env: Environment, name: string, fallback: boolean): boolean {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  if (/^(1|true|on|yes)$/i.test(text)) return true
  if (/^(0|false|off|no)$/i.test(text)) return false
  throw new ConfigError(`${name} must be on or off, not "${text}".`)
}

function videoProvider(env: Environment): VideoConfig['provider'] {
  const kind = env.VIDEO_PROVIDER || 'mesh'
  const because = `VIDEO_PROVIDER is ${kind}`
  switch (kind) {
    case 'mesh':
      return { kind }
    case 'livekit':
      return {
        kind,
        url: required(env, 'LIVEKIT_URL', because),
        apiKey: required(env, 'LIVEKIT_API_KEY', because),
        apiSecret: required(env, 'LIVEKIT_API_SECRET', because),
      }
    case 'twilio':
      return {
        kind,
        accountSid: required(env, 'TWILIO_ACCOUNT_SID', because),
        apiKey: required(env, 'TWILIO_API_KEY', because),
        apiSecret: required(env, 'TWILIO_API_SECRET', because),
      }
  }
  throw new ConfigError(`VIDEO_PROVIDER must be mesh, livekit or twilio, not "${kind}".`)
}

/** Google, GitHub, and whatever `OIDC_<NAME>_ISSUER` and its companions name. */
function signInProviders(env: Environment): Config['signInProviders'] {
  const google: OpenIdProvider | null = env.OAUTH_GOOGLE_CLIENT_ID
    ? {
        kind: 'openid',
        label: 'Google',
        issuer: 'https://accounts.google.com',
        clientId: env.OAUTH_GOOGLE_CLIENT_ID,
        clientSecret: required(env, 'OAUTH_GOOGLE_CLIENT_SECRET', 'OAUTH_GOOGLE_CLIENT_ID is set'),
        trustsEmail: false,
      }
    : null
  const github: GitHubProvider | null = env.OAUTH_GITHUB_CLIENT_ID
    ? {
        kind: 'github',
        label: 'GitHub',
        url: env.OAUTH_GITHUB_URL ? safeAddress(env, 'OAUTH_GITHUB_URL').replace(/\/+$/, '') : 'https://github.com',
        apiUrl: env.OAUTH_GITHUB_API_URL
          ? safeAddress(env, 'OAUTH_GITHUB_API_URL').replace(/\/+$/, '')
          : 'https://api.github.com',
        clientId: env.OAUTH_GITHUB_CLIENT_ID,
        clientSecret: required(env, 'OAUTH_GITHUB_CLIENT_SECRET', 'OAUTH_GITHUB_CLIENT_ID is set'),
      }
    : null
  const others = openIdNames(env).map((name): [string, OpenIdProvider] => [
    name.toLowerCase().replaceAll('_', '-'),
    {
      kind: 'openid',
      label: name.charAt(0) + name.slice(1).toLowerCase().replaceAll('_', ' '),
      issuer: safeAddress(env, `OIDC_${name}_ISSUER`),
      clientId: required(env, `OIDC_${name}_CLIENT_ID`, `OIDC_${name}_ISSUER is set`),
      clientSecret: env[`OIDC_${name}_CLIENT_SECRET`] || null,
      trustsEmail: flag(env, `OIDC_${name}_TRUST_EMAIL`, false),
    },
  ])
  for (const [name] of others) {
    if (name === 'google' || name === 'github')
      throw new ConfigError(`OIDC_${name.toUpperCase()}_… is taken; use OAUTH_${name.toUpperCase()}_… or another name.`)
  }
  return { google, github, ...Object.fromEntries(others) }
}

const openIdNames = (env: Environment): string[] =>
  Object.keys(env).flatMap((key) => (env[key] && /^OIDC_([A-Z0-9][A-Z0-9_]*)_ISSUER$/.exec(key)?.[1]) || [])

/** Secrets and tokens go there: in the clear they may travel only within this machine. */
function safeAddress(env: Environment, name: string): string {
  const text = webAddress(env, name)
  const { protocol, hostname } = new URL(text)
  if (protocol === 'http:' && !/^(localhost|127\..*|\[::1\])$/.test(hostname)) {
    throw new ConfigError(`${name} must be an https address, not "${text}".`)
  }
  // An issuer is compared character by character, so a slash at its end stays.
  return env[name] as string
}

function turnServers(env: Environment): VideoConfig['turn'] {
  const urls = list(env.TURN_URLS)
  if (urls.length === 0) return null
  for (const url of urls) {
    if (!/^turns?:[^\s/?]+(\?transport=(udp|tcp))?$/.test(url)) {
      throw new ConfigError(`TURN_URLS holds "${url}", which is not like turn:turn.example.com:3478?transport=udp.`)
    }
  }
  return { urls, secret: required(env, 'TURN_SECRET', 'TURN_URLS is set') }
}

function required(env: Environment, name: string, because: string): string {
  const text = env[name]
  if (!text) throw new ConfigError(`${name} is needed, because ${because}.`)
  return text
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

function logLevel(env: Environment, fallback: string): string {
  const text = env.LOG_LEVEL || fallback
  if (!logLevels.includes(text))
    throw new ConfigError(`LOG_LEVEL must be one of ${logLevels.join(', ')}, not "${text}".`)
  return text
}

const list = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)

function origin(text: string): string {
  if (!URL.canParse(text) || new URL(text).origin !== text.replace(/\/$/, '')) {
    throw new ConfigError(`CORS_ORIGINS holds "${text}", which is not an origin like https://app.example.com.`)
  }
  return new URL(text).origin
}

function address(env: Environment, name: string): string | null {
  const text = env[name]
  if (!text) return null
  if (isIP(text) === 0) throw new ConfigError(`${name} must be an IP address, not "${text}".`)
  return text
}

function portRange(env: Environment, name: string, fallback: string): { from: number; to: number } {
  const text = env[name] || fallback
  const [, from, to] = /^(\d{2,5})-(\d{2,5})$/.exec(text) ?? []
  if (!from || !to || +from < 1024 || +to > 65_535 || +to - +from < 3) {
    throw new ConfigError(`${name} must be a range of ports like 16384-18383, not "${text}".`)
  }
  return { from: +from + (+from % 2), to: +to }
}

function webAddress(env: Environment, name: string): string {
  const text = env[name] ?? ''
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ConfigError(`${name} must be an http or https address, not "${text}".`)
  }
  return text.replace(/\/+$/, '')
}

function smtpAddress(env: Environment): string | null {
  const text = env.SMTP_URL
  if (!text) return null
  if (!URL.canParse(text) || !/^smtps?:$/.test(new URL(text).protocol) || !new URL(text).hostname) {
    // Without the text itself: there is a password in it.
    throw new ConfigError('SMTP_URL must look like smtp://user:password@mail.example.com:587.')
  }
  return text
}

const addressOrNull = (env: Environment, name: string) => (env[name] ? webAddress(env, name) : null)

/** `host:port` as the guarded fetch names its targets. */
function hostOf(address: string): string {
  const { hostname, port, protocol } = new URL(address)
  return `${hostname.replace(/^\[|\]$/g, '')}:${port || (protocol === 'https:' ? 443 : 80)}`
}
