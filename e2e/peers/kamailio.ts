import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild, untilReady } from '../child.ts'
import type { Child } from '../child.ts'
import { freePort } from '../ports.ts'
import { attemptHeader } from './sipp-called.ts'

export interface KamailioOptions {
  folder: string
  /** The destination of calls to unregistered numbers: SIPp on loopback. */
  pstnPort: number
  /** Digest realm and domain, default `provider.test`. */
  realm?: string
  /** Transports besides UDP, which is always on. TLS needs a key and certificate in PEM files. */
  transport?: { tcp?: boolean; tls?: { keyPath: string; certificatePath: string } }
}

/**
 * A SIP provider: registrar and proxy with digest. Every account `<user>` exists, with the password `pw-<user>`, and may show
 * any caller id. Dialling 486…, 404… or 503… is answered with that status; a registered user is called; any other number
 * goes to `pstnPort`.
 */
export interface Kamailio extends AsyncDisposable {
  readonly host: string
  /** For UDP and TCP. */
  readonly port: number
  readonly tlsPort: number
  readonly realm: string
  passwordOf(user: string): string
  /** Returns the number of INVITEs that were challenged because they had no valid credentials. */
  challenges(): Promise<number>
  /** Restarts it on the same port. Registrations are lost, because they are in memory. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const host = '127.0.0.1'
const challenged = 'challenged the INVITE of '

export async function startKamailio({
  folder,
  pstnPort,
  realm = 'provider.test',
  transport = {},
}: KamailioOptions): Promise<Kamailio> {
  const port = await freePort()
  const tlsPort = await freePort()
  const home = join(folder, 'kamailio')
  const configPath = join(home, 'kamailio.cfg')
  const logPath = join(home, 'kamailio.log')
  await mkdir(home)
  await writeFile(configPath, configuration({ port, tlsPort, pstnPort, realm, transport }))

  const start = async (): Promise<Child> => {
    const args = ['-f', configPath, '-m', '64', '-M', '8', '-DD', '-E', '-Y', home, '-P', join(home, 'kamailio.pid')]
    const child = await startChild({ command: 'kamailio', args, cwd: home, logPath })
    await untilReady(child, logPath, () => answersOptions(port))
    return child
  }

  let child = await start()
  const stop = () => child.stop()
  return {
    host,
    port,
    tlsPort,
    realm,
    passwordOf: (user) => `pw-${user}`,
    challenges: async () => (await readFile(logPath, 'utf8')).split(challenged).length - 1,
    async restart() {
      await stop()
      child = await start()
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function answersOptions(port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  try {
    socket.bind(0, host)
    await once(socket, 'listening')
    const { port: ownPort } = socket.address()
    const request = [
      `OPTIONS sip:${host}:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${ownPort};branch=z9hG4bKready${ownPort}`,
      `From: <sip:ready@${host}>;tag=ready`,
      `To: <sip:${host}:${port}>`,
      `Call-ID: ready-${ownPort}@${host}`,
      'CSeq: 1 OPTIONS',
      'Max-Forwards: 10',
      'Content-Length: 0',
      '\r\n',
    ]
    socket.send(request.join('\r\n'), port, host)
    await once(socket, 'message', { signal: AbortSignal.timeout(200) })
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return false
    throw error
  } finally {
    socket.close()
  }
}

interface Settings extends Required<Omit<KamailioOptions, 'folder'>> {
  port: number
  tlsPort: number
}

function configuration({ port, tlsPort, pstnPort, realm, transport: { tcp, tls } }: Settings): string {
  const streams = [
    ...(tcp || tls ? ['tcp_children=2', `listen=tcp:${host}:${port}`] : ['disable_tcp=yes']),
    ...(tls ? ['enable_tls=yes', `listen=tls:${host}:${tlsPort}`] : []),
  ]
  const tlsModule = tls
    ? [
        'loadmodule "tls.so"',
        `modparam("tls", "private_key", "${tls.keyPath}")`,
        `modparam("tls", "certificate", "${tls.certificatePath}")`,
        'modparam("tls", "tls_method", "TLSv1.2+")',
      ]
    : []
  return `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=4
listen=udp:${host}:${port}
${streams.join('\n')}
alias="${realm}"
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
loadmodule "htable.so"
${tlsModule.join('\n')}
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 1)
modparam("auth", "nonce_expire", 30)
modparam("auth", "qop", "auth")
modparam("htable", "htable", "dialled=>size=10;autoexpire=7200;initval=0;")

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("OPTIONS") && uri == myself) { sl_send_reply("200", "OK"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (!is_method("ACK")) {
    if (t_precheck_trans()) { t_check_trans(); exit; }
    t_check_trans();
  }
  if (has_totag()) {
    if (loose_route() || is_method("ACK")) { t_relay(); exit; }
    sl_send_reply("404", "Not Here");
    exit;
  }
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("${realm}", "pw-$fU", "0")) { www_challenge("${realm}", "1"); exit; }
    save("location");
    exit;
  }
  if (!is_method("INVITE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
  if (!pv_proxy_authenticate("${realm}", "pw-$au", "0")) {
    xlog("L_ALERT", "${challenged}$ci\\n");
    proxy_challenge("${realm}", "1");
    exit;
  }
  consume_credentials();
  record_route();
  if ($rU =~ "^[+]?486") { sl_send_reply("486", "Busy Here"); exit; }
  if ($rU =~ "^[+]?404") { sl_send_reply("404", "Not Found"); exit; }
  if ($rU =~ "^[+]?503") { sl_send_reply("503", "Service Unavailable"); exit; }
  append_hf("${attemptHeader}: $shtinc(dialled=>$rU)\\r\\n");
  if (!lookup("location")) { $du = "sip:${host}:${pstnPort};transport=udp"; }
  t_relay();
}
`
}
