/** Places of a node: how many there are, percent for one workspace alone, taken in all, and taken by this workspace. */
interface Places {
  limit: number
  share: number
  taken: number
  own: number
}

/**
 * How many more places a workspace may take on a node with `limit` places: as long as it has fewer than
 * share / (100 - share) times the free ones (dynamic thresholds, Choudhury and Hahne 1998). Alone it gets `share` percent;
 * the more workspaces call, the smaller each one's part, and there is always some left for one that has none. A call
 * cannot be taken back, so nobody may have had everything before others come.
 */
export function roomInShare({ limit, share, taken, own }: Places): number {
  const free = limit - taken
  if (free <= 0) return 0
  if (share >= 100) return free
  const factor = share / (100 - share)
  const room = Math.floor((factor * free - own) / (1 + factor))
  // Whoever has none may always have one.
  return Math.max(own === 0 ? 1 : 0, room)
}

/**
 * May a call in progress take a second place, for its transfer? Its person is on the line already, so twice as many as
 * above are allowed; but a workspace whose every call is transferred does not get all places either.
 */
export function mayTakeSecond({ limit, share, taken, own }: Places): boolean {
  const free = limit - taken
  return free > 0 && (share >= 100 || own < 2 * (share / (100 - share)) * free)
}
