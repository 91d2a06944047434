import { isConnectionBroken } from './errors.ts'
import { type Pace, quickMs } from './pace.ts'
import type { Row } from './round-trip.ts'
import type { Call } from './statement.ts'

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

/** Round trips of one caller under way before the others wait for company. */
const maxUnderWay = 2
/** Errands in one transaction, at most. */
const maxErrands = 8

/**
 * Errands of one caller (the same opener with the same values) that wait at the same time travel in one transaction: who
 * acts is checked once, and what they write is committed once. Where one fails nothing has happened, and each goes again
 * alone, so it fails alone. Nobody waits for what is not known to be quick, nor longer than that.
 *
 * Not for statements that change who acts, or any setting: those behind them would run under it.
 */
export function createCompany({ pace, carry }: CompanyOptions): (errand: Errand) => Promise<Row[][]> {
  const parties = new Map<string, Party>()
  const alone = ({ opener, calls }: Errand) => carry([opener, ...calls])

  const travel = async (key: string, party: Party, travellers: Traveller[]): Promise<void> => {
    party.underWay++
    try {
      await together(travellers)
    } catch (error) {
      if (travellers.length === 1 || isConnectionBroken(error)) for (const { reject } of travellers) reject(error)
      else for (const traveller of travellers) await alone(traveller).then(traveller.resolve, traveller.reject)
    }
    party.underWay--
    if (party.waiting.length > 0) leave(key, party)
    else if (party.underWay === 0) parties.delete(key)
  }

  const together = async (travellers: Traveller[]): Promise<void> => {
    const { opener } = travellers[0] as Traveller
    const [opened, ...results] = await carry([opener, ...travellers.flatMap(({ calls }) => calls)])
    let at = 0
    for (const { calls, resolve } of travellers) {
      resolve([opened as Row[], ...results.slice(at, at + calls.length)])
      at += calls.length
    }
  }

  const leave = (key: string, party: Party) => {
    const travellers = party.waiting.splice(0, maxErrands)
    if (party.waiting.length === 0) clearTimeout(party.patience)
    void travel(key, party, travellers)
  }

  // Whoever is under way may wait for a lock of whoever waits here.
  const losePatience = (key: string, party: Party) => {
    while (party.waiting.length > 0) leave(key, party)
  }

  return (errand) => {
    if (!pace.areQuick(errand.calls)) return alone(errand)
    const key = keyOf(errand.opener)
    let party = parties.get(key)
    if (!party) parties.set(key, (party = { underWay: 0, waiting: [], patience: undefined }))
    const { waiting } = party
    const here = party
    return new Promise((resolve, reject) => {
      waiting.push({ ...errand, resolve, reject })
      if (here.underWay < maxUnderWay) leave(key, here)
      else if (waiting.length === 1) here.patience = setTimeout(losePatience, quickMs, key, here)
    })
  }
}

interface Traveller extends Errand {
  resolve(rows: Row[][]): void
  reject(reason: unknown): void
}

interface Party {
  underWay: number
  waiting: Traveller[]
  patience: NodeJS.Timeout | undefined
}

// Exact, bytes included: two callers must never have one key.
const keyOf = ({ name, values }: Call) => name + JSON.stringify(values)
