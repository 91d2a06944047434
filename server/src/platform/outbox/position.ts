/**
 * A place in the log: by transaction first, because events are read only once every older transaction has ended; then by
 * sequence. Of two transactions that touch the same row, the one that committed later comes later.
 */
export interface Position {
  transaction: number
  sequence: number
}

export function comparePositions(a: Position, b: Position): number {
  return a.transaction - b.transaction || a.sequence - b.sequence
}

export const isAfter = (a: Position, b: Position) => comparePositions(a, b) > 0
export const laterOf = (a: Position, b: Position) => (isAfter(a, b) ? a : b)

/** The opaque `id` of a durable frame, which `resume` takes back. */
export const encodePosition = ({ transaction, sequence }: Position) =>
  `${transaction.toString(36)}.${sequence.toString(36)}`

/** Undefined when it is no such id. */
export function decodePosition(id: string): Position | undefined {
  const [, transaction, sequence] = /^([0-9a-z]{1,10})\.([0-9a-z]{1,10})$/.exec(id) ?? []
  if (transaction === undefined || sequence === undefined) return undefined
  return { transaction: Number.parseInt(transaction, 36), sequence: Number.parseInt(sequence, 36) }
}
