import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Config } from '../../config.ts'
import { type Finding, failed, ok, warning } from './finding.ts'

export async function checkHttpPort({ host, port }: Config): Promise<Finding> {
  if (port === 0) return ok('HTTP port', 'Any free one.')
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return ok('HTTP port', `${host}:${port} is free.`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE')
      return failed('HTTP port', `${host}:${port} cannot be listened at (${code}).`, 'Choose another HOST or PORT.')
    return (await isOurs(host, port))
      ? ok('HTTP port', `A Switchboard answers at ${host}:${port}.`)
      : failed(
          'HTTP port',
          `${host}:${port} is in use by another program.`,
          'Stop that program, or choose another PORT.',
        )
  } finally {
    server.close()
  }
}

async function isOurs(host: string, port: number): Promise<boolean> {
  try {
    const address = host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
    const response = await fetch(`http://${address}:${port}/version`, { signal: AbortSignal.timeout(2_000) })
    return 'version' in ((await response.json()) as object)
  } catch {
    return false
  }
}

export async function checkSipPort({ sip, host, port }: Config): Promise<Finding> {
  if (sip.port === 0 || (await canBind(sip.host, sip.port)))
    return ok('SIP port', sip.port === 0 ? 'Any free one.' : `UDP ${sip.host}:${sip.port} is free.`)
  if (await isOurs(host, port))
    return ok('SIP port', `UDP ${sip.host}:${sip.port} is taken, most likely by the server that runs.`)
  return failed(
    'SIP port',
    `UDP ${sip.host}:${sip.port} is in use or cannot be listened at.`,
    'Stop the other telephone program, or choose another SIP_PORT. The server starts without calls meanwhile.',
  )
}

/** Every call leg takes an RTP port and the RTCP port above it. */
export async function checkRtpPorts({ sip }: Config): Promise<Finding> {
  const { from, to } = sip.rtpPorts
  const range = `${from}-${to}`
  const legs = Math.floor((to - from + 1) / 2)
  const [ephemeralFrom = 0, ephemeralTo = 0] = await ephemeralPorts()
  if (from <= ephemeralTo && to >= ephemeralFrom) {
    return warning(
      'RTP ports',
      `${range} overlap the ephemeral ports of the system (${ephemeralFrom}-${ephemeralTo}).`,
      `Choose RTP_PORTS below ${ephemeralFrom}, or: sysctl net.ipv4.ip_local_reserved_ports=${range}`,
    )
  }
  const samples = [from, from + 2 * Math.floor(legs / 2), to - (to % 2)]
  const busy = (await Promise.all(samples.map(async (port) => ((await canBind(sip.host, port)) ? [] : [port])))).flat()
  if (busy.length === samples.length)
    return failed('RTP ports', `None of those tried in ${range} is free.`, 'Choose other RTP_PORTS.')
  if (legs < sip.maxCalls)
    return warning(
      'RTP ports',
      `${range} are enough for ${legs} call legs, fewer than SIP_MAX_CALLS=${sip.maxCalls}.`,
      'Widen RTP_PORTS; a transferred call takes two legs.',
    )
  return ok('RTP ports', `${range}: room for ${legs} call legs, apart from the system's own ports.`)
}

async function ephemeralPorts(): Promise<number[]> {
  try {
    return (await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')).trim().split(/\s+/).map(Number)
  } catch {
    return [49_152, 65_535] // RFC 6335, what other systems use
  }
}

async function canBind(host: string, port: number): Promise<boolean> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  try {
    socket.bind({ port, address: host, exclusive: true })
    await once(socket, 'listening')
    return true
  } catch {
    return false
  } finally {
    socket.close()
  }
}

export async function checkPublicUrl(config: Config): Promise<Finding> {
  const { publicUrl, host, trustProxy } = config
  if (!URL.canParse(publicUrl))
    return failed('public URL', `PUBLIC_URL "${publicUrl}" is not a URL.`, 'Write it like https://calls.example.com.')
  const { protocol, hostname } = new URL(publicUrl)
  const isLocal = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  const listensToAll = host === '0.0.0.0' || host === '::'
  if (listensToAll && (hostname === '0.0.0.0' || hostname === '[::]')) {
    return warning(
      'public URL',
      'The server listens to the network, but PUBLIC_URL does not say where people reach it.',
      'Set PUBLIC_URL; links in answers and e-mails are made from it.',
    )
  }
  if (protocol === 'http:' && !isLocal)
    return warning(
      'public URL',
      `${publicUrl} is not encrypted: passwords go over the network in clear.`,
      'Put a reverse proxy with TLS in front (deploy/), and set PUBLIC_URL to https.',
    )
  if (protocol === 'https:' && trustProxy === false) {
    return warning(
      'public URL',
      'It is https, so a proxy stands in front, but TRUST_PROXY is off: every client seems to come from the proxy.',
      'Set TRUST_PROXY to the address of the proxy.',
    )
  }
  return ok('public URL', publicUrl)
}
