import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild, untilReady } from '../../e2e/child.ts'
import type { Child } from '../../e2e/child.ts'
import { pause, play, request, scenario, sdp, send } from '../../e2e/peers/sipp-messages.ts'
import { freePort, isUdpBound } from '../../e2e/ports.ts'

const host = '127.0.0.1'

export interface SippCallee {
  port: number
  child: Child
}

/** A callee that answers every call at once, plays `voice` (raw µ-law, looped) when there is one, until the caller hangs up. */
export async function startCallee(folder: string, voice: string | null): Promise<SippCallee> {
  const reply = (headers: string[], body?: string) =>
    send(
      [
        'SIP/2.0 200 OK',
        '[last_Via:]',
        '[last_From:]',
        ...headers,
        '[last_Call-ID:]',
        '[last_CSeq:]',
        'Contact: <sip:[local_ip]:[local_port];transport=[transport]>',
      ],
      { isRetransmitted: body !== undefined, body },
    )
  const { port, ...sipp } = await prepare(
    folder,
    'callee',
    scenario('callee', [
      '<recv request="INVITE"/>',
      reply(['[last_To:];tag=[pid]callee[call_number]'], sdp),
      '<recv request="ACK"/>',
      ...(voice ? [play(voice)] : []),
      '<recv request="BYE"/>',
      reply(['[last_To:]']),
    ]),
  )
  const child = await startChild({
    command: 'sipp',
    args: [...sipp.args, '-aa'],
    cwd: sipp.home,
    logPath: sipp.logPath,
  })
  await untilReady(child, sipp.logPath, () => isUdpBound(port))
  return { port, child }
}

export interface SippCalls {
  target: number
  calls: number
  /** The maximum number of concurrent calls. */
  atOnce: number
  callsPerSecond: number
  talkMs: number
  voice: string | null
}

/** Starts SIPp as the caller. `finished` resolves to the number of failed calls. */
export async function startCaller(
  folder: string,
  { target, calls, atOnce, callsPerSecond, talkMs, voice }: SippCalls,
): Promise<{ child: Child; finished: Promise<number> }> {
  const inDialog = (method: string, cseq: number) =>
    request(method, {
      uri: '[next_url]',
      headers: [
        'From: <sip:bench@[local_ip]>;tag=[pid]caller[call_number]',
        'To: <sip:callee@[remote_ip]:[remote_port]>[peer_tag_param]',
        `CSeq: ${cseq} ${method}`,
      ],
    })
  const sipp = await prepare(
    folder,
    'caller',
    scenario('caller', [
      request('INVITE', {
        uri: 'sip:callee@[remote_ip]:[remote_port]',
        headers: [
          'From: <sip:bench@[local_ip]>;tag=[pid]caller[call_number]',
          'To: <sip:callee@[remote_ip]:[remote_port]>',
          'CSeq: 1 INVITE',
          'Contact: <sip:bench@[local_ip]:[local_port]>',
        ],
        body: sdp,
      }),
      '<recv response="100" optional="true"/>',
      '<recv response="180" optional="true"/>',
      '<recv response="200" rrs="true"/>',
      inDialog('ACK', 1),
      ...(voice ? [play(voice)] : []),
      pause(talkMs),
      inDialog('BYE', 2),
      '<recv response="200"/>',
    ]),
  )
  const statistics = join(sipp.home, 'statistics.csv')
  const flags = { m: calls, l: atOnce, r: callsPerSecond, stf: statistics, fd: 1 }
  const args = [
    `${host}:${target}`,
    ...sipp.args,
    '-trace_stat',
    ...Object.entries(flags).flatMap(([name, value]) => [`-${name}`, `${value}`]),
  ]
  const child = await startChild({ command: 'sipp', args, cwd: sipp.home, logPath: sipp.logPath })
  const finished = child.exited.then(async () => {
    const [header, ...lines] = (await readFile(statistics, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(';'))
    const successful = Number(lines.at(-1)![header!.indexOf('SuccessfulCall(C)')])
    return calls - successful
  })
  return { child, finished }
}

let prepared = 0

async function prepare(folder: string, role: string, content: string) {
  const home = join(folder, `sipp-${role}-${++prepared}`)
  await mkdir(home)
  const scenarioPath = join(home, 'scenario.xml')
  await writeFile(scenarioPath, content)
  const port = await freePort()
  const options = { sf: scenarioPath, i: host, p: port, mi: host, mp: await freePort(4), cp: await freePort() }
  const args = ['-nostdin', ...Object.entries(options).flatMap(([name, value]) => [`-${name}`, `${value}`])]
  return { home, port, args, logPath: join(home, 'sipp.log') }
}
