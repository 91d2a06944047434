/** Slots of a node: all, the percentage for one workspace alone, those taken, and those taken by this workspace. */
interface Slots {
  limit: number
  share: number
  taken: number
  own: number
}

/**
 * Returns how many more slots a workspace may take on a node with `limit` slots. It may hold up to share / (100 - share)
 * times the free slots (dynamic thresholds, Choudhury and Hahne 1998). A single workspace gets `share` percent. The more
 * workspaces call, the smaller each part, and some slots are always free for a workspace that has none. Calls are not
 * preempted, so no workspace may take all slots before others start.
 */
export function roomInShare({ limit, share, taken, own }: Slots): number {
  const free = limit - taken
  if (free <= 0) return 0
  if (share >= 100) return free
  // (f × free - own) / (1 + f) with f = share / (100 - share), in whole numbers so that rounding is exact.
  const room = Math.floor((share * free - (100 - share) * own) / 100)
  // A workspace that has none may always take one.
  return Math.max(own === 0 ? 1 : 0, room)
}

/**
 * Whether a call in progress may take a second slot, for its transfer. The contact is already on the line, so twice as many
 * slots as above are allowed. A workspace that transfers every call still does not get all slots.
 */
export function mayTakeSecond({ limit, share, taken, own }: Slots): boolean {
  const free = limit - taken
  return free > 0 && (share >= 100 || (100 - share) * own < 2 * share * free)
}
