import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { anyHost, canonicalAddress, publicHosts } from '../addresses.ts'
import { systemClock, type Clock } from '../clock.ts'
import type { VoiceGateway } from '../gateway.ts'
import { createAudioHub } from '../live-audio/hub.ts'
import { openAudioSocket } from '../live-audio/socket-server.ts'
import type { AudioAddress } from '../live-audio/types.ts'
import { createMediaEngine } from '../media/engine.ts'
import type { TlsOptions, UserAgent, UserAgentOptions } from '../sip/types.ts'
import type { LookUp } from '../sip/transport/resolver.ts'
import { systemLookup } from '../sip/transport/system-lookup.ts'
import { createUserAgent } from '../sip/user-agent.ts'
import { composeGateway } from './compose.ts'
import { type GatewaySettings, withDefaults } from './settings.ts'

export const defaultBindWithinMs = 5_000

/** Plain data, because it is sent to the voice process. */
export interface EmbeddedOptions extends GatewaySettings {
  /** Address and port for SIP over UDP and TCP. Port 0 takes a free one. */
  sip: { host: string; port: number }
  /** Inclusive. Keep it outside the system's ephemeral ports (net.ipv4.ip_local_port_range). Default 20000 to 29999. */
  rtpPorts?: { from: number; to: number }
  /** How long to wait for a SIP port in use. Default 5 s. */
  bindWithinMs?: number
  /** Written into SIP and SDP when it differs from `sip.host` (behind NAT). */
  advertisedHost?: string
  /** Extra certificate authorities for SIP over TLS, and the certificate of the TLS listener. */
  tls?: TlsOptions
  /** May carriers and their audio be at private addresses, or on this machine? Default false. */
  allowPrivate?: boolean
  /** How often trunks that do not register are probed with OPTIONS. Default 30 s. */
  checkTrunksEveryMs?: number
}

export interface EmbeddedGateway extends VoiceGateway {
  /** The address and port of the SIP listener; the actual port when 0 was configured. */
  readonly sip: { host: string; port: number }
  /** Lets listeners in other processes of this user connect, until `close`. Idempotent. */
  listenAt(address: AudioAddress): Promise<void>
}

/** Starts our SIP/RTP engine in this process. Rejects when the SIP port stays in use for `bindWithinMs`. */
export async function createEmbeddedGateway(
  options: EmbeddedOptions,
  clock: Clock = systemClock,
): Promise<EmbeddedGateway> {
  const { host } = options.sip
  const { limits, breaker, inbound, mediaTimeoutMs, probeTimeoutMs } = withDefaults(options)
  const advertised = options.advertisedHost === undefined ? {} : { advertisedHost: options.advertisedHost }
  const mayReach = options.allowPrivate ? anyHost : publicHosts(ownAddresses(options.advertisedHost))
  const userAgent = await bindUserAgent(
    { ...options.sip, clock, mayReach, ...advertised, ...(options.tls && { tls: options.tls }) },
    options.bindWithinMs ?? defaultBindWithinMs,
  )
  const media = createMediaEngine({
    host,
    ...advertised,
    portRange: options.rtpPorts ?? { from: 20_000, to: 29_999 },
    mediaTimeoutMs,
    mayReach,
    clock,
  })
  const audio = createAudioHub(clock)
  let audioSocket: Promise<{ close(): Promise<void> }> | null = null
  const gateway = composeGateway('embedded', {
    userAgent,
    media,
    clock,
    limits,
    trunks: {
      breaker,
      checkEveryMs: options.checkTrunksEveryMs ?? 30_000,
      probeTimeoutMs,
      lookup: (name) => addressesOf(name, systemLookup(host)),
    },
    inbound,
    audio,
  })
  return {
    ...gateway,
    sip: { host, port: userAgent.port },
    async listenAt(address) {
      audioSocket ??= openAudioSocket(address, audio, media.everyFrame)
      try {
        await audioSocket
      } catch (error) {
        audioSocket = null
        throw error
      }
    },
    async close() {
      await gateway.close()
      await (await audioSocket)?.close()
    },
  }
}

/** Rejects when the name has no address: then the addresses known before stay in use. */
function addressesOf(name: string, lookUp: LookUp): Promise<string[]> {
  if (isIP(name) !== 0) return Promise.resolve([canonicalAddress(name)])
  return new Promise((resolve, reject) =>
    lookUp(name, (found) => (found.length > 0 ? resolve(found) : reject(new Error(`${name} has no address.`)))),
  )
}

/** Network interfaces change rarely: they are not read again for every message. */
const interfacesHoldMs = 10_000

function ownAddresses(advertisedHost: string | undefined): () => ReadonlySet<string> {
  let known: ReadonlySet<string> = new Set()
  let until = -Infinity
  return () => {
    if (performance.now() < until) return known
    until = performance.now() + interfacesHoldMs
    const found = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
    known = new Set([...found.map(({ address }) => address), advertisedHost ?? ''].map(canonicalAddress))
    return known
  }
}

const bindAgainMs = 100

/** Retries, because a previous process may still be closing the port. */
async function bindUserAgent(options: UserAgentOptions, withinMs: number): Promise<UserAgent> {
  const giveUpAt = performance.now() + withinMs
  for (;;) {
    try {
      return await createUserAgent(options)
    } catch (error) {
      const { code, syscall, port = options.port } = error as NodeJS.ErrnoException & { port?: number }
      if (code !== 'EADDRINUSE') throw error
      if (performance.now() >= giveUpAt) {
        throw new Error(
          `${syscall === 'listen' ? 'TCP' : 'UDP'} port ${port} on ${options.host} is in use by another program. Stop it, or choose another SIP port.`,
          { cause: error },
        )
      }
      await sleep(bindAgainMs)
    }
  }
}
