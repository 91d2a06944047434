import { isConnectionBroken } from '../errors.ts'
import { Manners } from './manners.ts'
import { type Pace, quickMs } from './pace.ts'
import type { Row } from '../round-trip.ts'
import type { Call } from '../statement.ts'

/** A whole transaction that is known beforehand: the opener, and what it lets in. */
export interface Errand {
  readonly opener: Call
  readonly calls: readonly Call[]
}

export interface CompanyOptions {
  pace: Pace
  /** Takes calls through one transaction of their own, in one round trip: all take effect or none. */
  carry(calls: readonly Call[]): Promise<Row[][]>
}

/** Round trips under way before the others wait for company. */
const maxUnderWay = 3
/** Errands in one transaction, at most. */
const maxErrands = 8

/** Back to the login role, which an opener needs; and nobody waits long for a lock while others wait behind. */
const nextCaller: Call = {
  name: 'company.next_caller',
  text: "select set_config('role', 'none', true), set_config('lock_timeout', '50ms', true)",
  values: [],
}

/**
 * Errands that wait at the same time travel in one transaction: each behind its own opener, those of one caller (the same
 * opener with the same values) behind one. What they write is committed once. If one fails nothing has happened, and each
 * goes again alone, so it fails alone. Nobody waits for what is not known to be quick, nor longer than that.
 *
 * Not for statements that change who acts, or any setting: those behind them would run under it.
 */
export function createCompany({ pace, carry }: CompanyOptions): (errand: Errand) => Promise<Row[][]> {
  /** Who waits, by caller, in the order of their turns. */
  const waiting = new Map<string, Traveller[]>()
  const manners = new Manners()
  let underWay = 0
  let patience: NodeJS.Timeout | undefined

  const alone = async (caller: string, { opener, calls }: Errand): Promise<Row[][]> => {
    try {
      const rows = await carry([opener, ...calls])
      manners.noteSuccess(caller)
      return rows
    } catch (error) {
      manners.noteFailure(caller)
      throw error
    }
  }

  const leave = async (): Promise<void> => {
    underWay++
    const parties = board(waiting)
    try {
      await together(parties)
    } catch (error) {
      for (const { caller, travellers } of parties)
        for (const one of travellers)
          if (isConnectionBroken(error)) one.reject(error)
          else void alone(caller, one).then(one.resolve, one.reject)
    }
    underWay--
    depart()
  }

  const together = async (parties: Party[]): Promise<void> => {
    const accompanied = parties.length > 1 || parties.some(({ travellers }) => travellers.length > 1)
    const between = accompanied ? [nextCaller] : []
    const results = await carry(
      parties.flatMap(({ travellers }) => [
        ...between,
        (travellers[0] as Traveller).opener,
        ...travellers.flatMap(({ calls }) => calls),
      ]),
    )
    let at = 0
    for (const { travellers } of parties) {
      at += between.length
      const opened = results[at++] as Row[]
      for (const { calls, resolve } of travellers) resolve([opened, ...results.slice(at, (at += calls.length))])
    }
  }

  const depart = () => {
    for (let free = maxUnderWay - underWay; free > 0 && waiting.size > 0; free--) void leave()
    clearTimeout(patience)
    patience = waiting.size > 0 ? setTimeout(losePatience, quickMs) : undefined
  }

  // Whoever is under way may wait for a lock of whoever waits here.
  const losePatience = () => {
    while (waiting.size > 0) void leave()
    patience = undefined
  }

  return (errand) => {
    const caller = keyOf(errand.opener)
    if (!manners.areGood(caller) || !pace.areQuick(errand.calls)) return alone(caller, errand)
    return new Promise((resolve, reject) => {
      const traveller = { ...errand, resolve, reject }
      const others = waiting.get(caller)
      if (others) others.push(traveller)
      else waiting.set(caller, [traveller])
      if (underWay < maxUnderWay || !patience) depart()
    })
  }
}

interface Traveller extends Errand {
  resolve(rows: Row[][]): void
  reject(reason: unknown): void
}

/** Travellers of one caller. */
interface Party {
  caller: string
  travellers: Traveller[]
}

/** Takes the next ones from those who wait, caller by caller. Who has more than there is room for waits at the end. */
function board(waiting: Map<string, Traveller[]>): Party[] {
  const parties: Party[] = []
  let room = maxErrands
  for (const [caller, all] of waiting) {
    const travellers = all.splice(0, room)
    parties.push({ caller, travellers })
    waiting.delete(caller)
    if (all.length > 0) waiting.set(caller, all)
    room -= travellers.length
    if (room === 0) break
  }
  return parties
}

// Exact, bytes included: two callers must never have one key.
const keyOf = ({ name, values }: Call) => name + JSON.stringify(values)
