import type { EngagedCampaign } from './claims.ts'
import type { Lane, Line } from './line.ts'

/**
 * How many of a trunk's channels may go to new calls. A bridged transfer needs a second channel, so channels are left
 * free for the transfers to be expected of the calls in progress: by what the campaign's contacts have done so far, and
 * at least one. Nothing is left free where the carrier takes callers over itself (REFER).
 */

/**
 * `ringing`: not answered. `listening`: may ask for a transfer. `asking`: has asked, and the request is on its way to the
 * gateway. `waiting`: for a channel. `transferring`: the second call is being made or lasts.
 */
export type CallPhase = 'ringing' | 'listening' | 'asking' | 'waiting' | 'transferring'

/** A bridge takes two. */
export const fewestChannels = 2

const phases = (line: Line, ...wanted: CallPhase[]) =>
  line.calls.values().reduce((sum, { phase }) => sum + Number(wanted.includes(phase)), 0)

/** Is any caller waiting for a channel of this trunk? */
export const isWaitedFor = (line: Line) => phases(line, 'waiting') > 0

/** Do transfers over this trunk need a second channel? A carrier that refuses REFER is known after the first time. */
export const bridges = (line: Line) => line.trunk.transferMode === 'bridge' || line.refusesRefer

export const mayTransfer = ({ transfer_number, key_map }: Pick<EngagedCampaign, 'transfer_number' | 'key_map'>) =>
  transfer_number !== null && Object.values(key_map).includes('transfer')

/** Transfers are asked for that this trunk can never make: the limit was lowered, or the carrier refuses REFER. */
export const cannotTransfer = (line: Line, { campaign }: Lane) =>
  campaign.status === 'active' &&
  mayTransfer(campaign) &&
  bridges(line) &&
  line.trunk.maxConcurrentCalls < fewestChannels

/**
 * How likely a call that rings becomes a transfer, and one that is answered: Laplace's rule of succession over what the
 * campaign's finished calls did, which begins at a half each and follows the facts after a few calls.
 */
function chances(line: Line, lane: Lane): { ringing: number; listening: number } {
  if (!bridges(line) || !mayTransfer(lane.campaign)) return { ringing: 0, listening: 0 }
  const { attempts, answered_calls: answered, transfers_requested: requested } = lane.campaign
  const inProgress = (phase: CallPhase) =>
    line.calls.values().reduce((sum, call) => sum + Number(call.lane === lane && call.phase === phase), 0)
  const dialled = Math.max(answered, attempts - inProgress('ringing'))
  const listened = Math.max(requested, answered - inProgress('listening'))
  const listening = (requested + 1) / (listened + 2)
  return { ringing: ((answered + 1) / (dialled + 2)) * listening, listening }
}

/** Transfers that the calls in progress, and those about to be made, will probably ask for. */
function expected(line: Line): number {
  const known = new Map<Lane, ReturnType<typeof chances>>()
  const of = (lane: Lane) => {
    const found = known.get(lane) ?? chances(line, lane)
    known.set(lane, found)
    return found
  }
  let sum = 0
  for (const { lane, phase } of line.calls.values())
    if (phase === 'ringing' || phase === 'listening') sum += of(lane)[phase]
  for (const { lane } of line.plan) sum += of(lane).ringing
  for (const lane of line.lanes) sum += lane.claimed.length * of(lane).ringing
  return sum
}

const transfersAtAll = (line: Line) => bridges(line) && line.lanes.some(({ campaign }) => mayTransfer(campaign))

/** How many more calls of this campaign the trunk has room for. None while callers wait. */
export function roomFor(line: Line, lane: Lane): number {
  if (isWaitedFor(line)) return 0
  const second = phases(line, 'asking', 'waiting', 'transferring')
  const taken = line.active + line.plan.length + line.lanes.reduce((sum, { claimed }) => sum + claimed.length, 0)
  const free = line.trunk.maxConcurrentCalls - taken - (bridges(line) ? second : 0)
  const least = transfersAtAll(line) ? 1 : 0
  return Math.min(free - least, Math.floor((free - expected(line)) / (1 + chances(line, lane).ringing)))
}

/** Second calls of transfers, which take places too. */
export const secondLegs = (line: Line) => (bridges(line) ? phases(line, 'transferring') : 0)

/** Channels that the gateway is to leave free beside a new call: it alone knows of calls that came in. */
export function channelsToKeep(line: Line): number {
  const asking = bridges(line) ? phases(line, 'asking') : 0
  const made = expected({ ...line, plan: [], lanes: [] })
  return asking + Math.max(transfersAtAll(line) ? 1 : 0, Math.ceil(made))
}
