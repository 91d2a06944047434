/**
 * Compares the voice process with SIPp against SIPp, in one run on one machine:
 *
 *   node bench/calls.ts [calls=200] [seconds=20] [callsPerSecond=50] [signallingCalls=3000]
 *
 * Measures calls per second without audio, then concurrent calls with RTP both ways: failed calls, lost packets, the
 * lateness of packets, and the CPU of each process. Needs sipp (e2e/peers/install.sh) and Linux.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareSignalling } from './calls/signalling.ts'
import { compareTalking } from './calls/talking.ts'

const [calls = 200, seconds = 20, callsPerSecond = 50, signallingCalls = 3000] = process.argv.slice(2).map(Number)
if (
  !(
    calls >= 1 &&
    calls <= 1000 &&
    seconds >= 1 &&
    seconds <= 300 &&
    callsPerSecond >= 1 &&
    signallingCalls >= 1 &&
    signallingCalls <= 20_000
  )
)
  throw new RangeError(
    'Give 1 to 1000 calls, 1 to 300 seconds, at least 1 call per second, 1 to 20,000 signalling calls.',
  )

const load = () =>
  loadavg()
    .map((average) => average.toFixed(1))
    .join(' ')
const folder = await mkdtemp(join(tmpdir(), 'calls-bench-'))
try {
  console.log(`${cpus()[0]?.model}, ${cpus().length} CPUs, Node ${process.version}, load average ${load()}`)
  await compareSignalling(folder, signallingCalls)
  await compareTalking(folder, { calls, seconds, callsPerSecond })
  console.log(`\nLoad average at the end: ${load()}`)
} finally {
  await rm(folder, { recursive: true })
}
