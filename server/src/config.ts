import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type OutsideAccounts, readOutsideAccounts } from './config/outside-accounts.ts'
import { misspeltSettings } from './config/misspelt.ts'
import { type SignInProvider, openIdNames, signInProviders } from './config/sign-in-providers.ts'
import { type TrustProxy, trustProxy } from './config/trust-proxy.ts'
import {
  ConfigError,
  type Environment,
  address,
  addressOrNull,
  flag,
  hostOf,
  list,
  portRange,
  webAddress,
  wholeNumber,
  wholeNumberOrNull,
} from './config/values.ts'
import { type VideoConfig, readVideo } from './config/video.ts'
import type { RateLimits } from './config/rate-limits.ts'
import type { LogFormat } from './platform/log.ts'

export const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Everything the environment decides, read once. This is the only reader of `process.env`. */
export interface Config extends OutsideAccounts {
  host: string
  port: number
  dataDir: string
  /** The URL under which browsers reach the server, without a trailing slash. */
  publicUrl: string
  /** The folder of the built web console. Without this folder there is no console. */
  webDir: string
  /** The server is not configured and listens on loopback only: enables conveniences that production must not have. */
  development: boolean
  database: {
    /** PostgreSQL; null: the embedded database in `dataDir`. */
    url: string | null
    poolSize: number
    poolTimeoutMs: number
    /** Null: a third of the pool. */
    perWorkspace: number | null
    connectionMaxAgeSeconds: number
    /** One round trip for session preamble and query (`DATABASE_PIPELINE=off` where a proxy cannot carry that). */
    pipelined: boolean
  }
  trustProxy: TrustProxy
  corsOrigins: string[]
  rateLimits: RateLimits
  signIn: {
    failuresPerWindow: number
    windowMinutes: number
    signUpsPerHour: number
    minPasswordLength: number
    refuseCommonPasswords: boolean
  }
  /** Given keys, newest first; null: generated into `dataDir`. */
  encryptionKeys: string | null
  tokenKeys: string | null
  /** For each workspace, and for what each user has sent in chats. */
  storageQuota: { bytes: number; files: number }
  logLevel: string
  logFormat: LogFormat
  metricsToken: string | null
  publicWorkspaceId: string | null
  /** A JSON file of the plans on offer; null: ours. */
  plansFile: string | null
  /** Its limits count for workspaces without a subscription; null: they have none. */
  defaultPlan: string | null
  sip: {
    host: string
    port: number
    externalIp: string | null
    rtpPorts: { from: number; to: number }
    allowPrivate: boolean
    maxCalls: number
    /** Percent of `maxCalls` that one workspace may use while no other one calls; the more call, the smaller each one's part. */
    workspaceShare: number
    workspaceCallsPerSecond: number
    /** Minutes of calls that one workspace may make in a day; null: no limit. */
    workspaceMinutesPerDay: number | null
  }
  /** A model that turns texts into vectors, by OpenAI's protocol (`POST <url>/embeddings`); null: knowledge is found by words. */
  embeddings: { url: string; model: string; apiKey: string | null } | null
  video: VideoConfig
  /** Signs web push (RFC 8292). Base64url as browsers write it; null: generated into `dataDir`. */
  vapid: { publicKey: string | null; privateKey: string | null; subject: string | null }
  /** The sign-in providers, by the name in the path. Null: known but not configured. */
  signInProviders: Record<string, SignInProvider | null>
  mail: {
    /** `smtp://user:password@host:587` or `smtps://…`; null: mails are stored for the command line. */
    smtpUrl: string | null
    /** `Name <address>`. */
    from: string
    /** The URL that takes SMS as JSON. Null: they are stored for the command line. */
    smsUrl: string | null
    smsToken: string | null
    /** The page of the front-end where a new password is chosen; gets `?token=`. */
    passwordResetUrl: string
  }
  /** Targets the guarded fetch may reach although they are private. */
  outboundAllow: string[]
}

/** Throws `ConfigError` with a sentence naming the variable. */
export function readConfig(env: Environment): Config {
  const host = env.HOST || '127.0.0.1'
  const port = wholeNumber(env, 'PORT', 3001, 0, 65_535)
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.')
  const production = env.NODE_ENV === 'production'
  const development = loopback && !production && !env.PUBLIC_URL
  const dataDir = path.resolve(env.DATA_DIR || './data')
  makeDataDir(dataDir)
  const publicUrl = addressOrNull(env, 'PUBLIC_URL') ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  return Object.freeze<Config>({
    host,
    port,
    dataDir,
    publicUrl,
    webDir: path.resolve(env.WEB_DIR || path.join(import.meta.dirname, '../../web/dist')),
    development,
    database: {
      url: databaseAddress(env),
      poolSize: wholeNumber(env, 'DATABASE_POOL_SIZE', 10, 1, 500),
      poolTimeoutMs: wholeNumber(env, 'DATABASE_POOL_TIMEOUT_MS', 4000, 100, 600_000),
      perWorkspace: wholeNumber(env, 'DATABASE_CONNECTIONS_PER_WORKSPACE', 0, 0, 500) || null,
      connectionMaxAgeSeconds: wholeNumber(env, 'DATABASE_CONNECTION_MAX_AGE_S', 3600, 0, 604_800),
      pipelined: flag(env, 'DATABASE_PIPELINE', true),
    },
    trustProxy: trustProxy(env),
    corsOrigins: list(env.CORS_ORIGINS).map(origin),
    rateLimits: {
      perCredential: wholeNumber(env, 'RATE_LIMIT_PER_MINUTE', 1200, 1, 10_000_000),
      perPublicAddress: wholeNumber(env, 'RATE_LIMIT_PUBLIC_PER_MINUTE', 60, 1, 10_000_000),
      perWorkspace: wholeNumber(env, 'RATE_LIMIT_WORKSPACE_PER_MINUTE', 12_000, 1, 10_000_000),
      perReadingAddress: wholeNumber(env, 'RATE_LIMIT_PUBLIC_READS_PER_MINUTE', 1200, 1, 10_000_000),
      perSenderAddress: wholeNumber(env, 'RATE_LIMIT_WEBHOOK_PER_MINUTE', 6000, 1, 10_000_000),
    },
    signIn: {
      failuresPerWindow: wholeNumber(env, 'LOGIN_FAILURES', 5, 1, 10_000_000),
      windowMinutes: wholeNumber(env, 'LOGIN_WINDOW_MINUTES', 15, 1, 1440),
      signUpsPerHour: wholeNumber(env, 'SIGN_UPS_PER_HOUR', 20, 1, 10_000_000),
      minPasswordLength: wholeNumber(env, 'PASSWORD_MIN_LENGTH', 6, 6, 128),
      refuseCommonPasswords: flag(env, 'PASSWORD_REFUSE_COMMON', !development),
    },
    encryptionKeys: env.ENCRYPTION_KEYS || null,
    tokenKeys: env.JWT_KEYS || null,
    storageQuota: {
      bytes: wholeNumber(env, 'STORAGE_QUOTA_MB', 10_240, 1, 1_000_000_000) * 1024 ** 2,
      files: wholeNumber(env, 'STORAGE_QUOTA_FILES', 100_000, 1, 1_000_000_000),
    },
    logLevel: logLevel(env),
    logFormat: logFormat(env),
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
      workspaceShare: wholeNumber(env, 'SIP_WORKSPACE_SHARE', 50, 1, 100),
      workspaceCallsPerSecond: wholeNumber(env, 'SIP_WORKSPACE_CALLS_PER_SECOND', 50, 1, 1000),
      workspaceMinutesPerDay: wholeNumberOrNull(env, 'SIP_WORKSPACE_MINUTES_PER_DAY', 0, 100_000_000),
    },
    embeddings: env.EMBEDDINGS_URL
      ? {
          url: webAddress(env, 'EMBEDDINGS_URL'),
          model: env.EMBEDDINGS_MODEL || 'nomic-embed-text',
          apiKey: env.EMBEDDINGS_API_KEY || null,
        }
      : null,
    video: readVideo(env),
    vapid: {
      publicKey: env.VAPID_PUBLIC_KEY || null,
      privateKey: env.VAPID_PRIVATE_KEY || null,
      subject: env.VAPID_SUBJECT || null,
    },
    ...readOutsideAccounts(env),
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

/** Sentences about variables whose names are almost those of settings. Throws as `readConfig` does. */
export function misspelt(env: Environment): string[] {
  const read = new Set<string>()
  const get = (_env: Environment, name: string | symbol) => {
    read.add(String(name))
    return env[String(name)]
  }
  readConfig(new Proxy(env, { get }))
  return misspeltSettings(env, read)
}

function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw new ConfigError(`DATA_DIR is ${dataDir}, which is not a directory: there is a file of that name.`)
    const why = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'this user may not write there' : message
    throw new ConfigError(`DATA_DIR is ${dataDir}, which cannot be made: ${why}.`)
  }
}

function databaseAddress(env: Environment): string | null {
  const text = env.DATABASE_URL
  if (!text) return null
  // Without the text itself: there is a password in it.
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol)) {
    throw new ConfigError('DATABASE_URL must look like postgresql://user:password@host:5432/database.')
  }
  return text
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

function logLevel(env: Environment): string {
  const text = env.LOG_LEVEL || 'info'
  if (!logLevels.includes(text))
    throw new ConfigError(`LOG_LEVEL must be one of ${logLevels.join(', ')}, not "${text}".`)
  return text
}

function logFormat(env: Environment): LogFormat {
  const text = env.LOG_FORMAT || (process.stderr.isTTY ? 'pretty' : 'json')
  if (text !== 'pretty' && text !== 'json') throw new ConfigError(`LOG_FORMAT must be pretty or json, not "${text}".`)
  return text
}

function origin(text: string): string {
  if (!URL.canParse(text) || new URL(text).origin !== text.replace(/\/$/, '')) {
    throw new ConfigError(`CORS_ORIGINS holds "${text}", which is not an origin like https://app.example.com.`)
  }
  return new URL(text).origin
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
