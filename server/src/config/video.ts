import { ConfigError, type Environment, list, required } from './values.ts'

export interface VideoConfig {
  /** `mesh`: browsers connect to each other, signalled over our WebSocket. */
  provider:
    | { kind: 'mesh' }
    | { kind: 'livekit'; url: string; apiKey: string; apiSecret: string }
    | { kind: 'twilio'; accountSid: string; apiKey: string; apiSecret: string }
  /** TURN servers that share a secret with us (coturn's `static-auth-secret`); null: browsers find their own way. */
  turn: { urls: string[]; secret: string } | null
}

export const readVideo = (env: Environment): VideoConfig => ({ provider: videoProvider(env), turn: turnServers(env) })

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
