/**
 * How many more places a workspace may take on a node with `limit` places: as long as it has fewer than
 * share / (100 - share) times the free ones (dynamic thresholds, Choudhury and Hahne 1998). Alone it gets `share` percent;
 * the more workspaces call, the smaller each one's part, and there is always some left for one that has none. A call
 * cannot be taken back, so nobody may have had everything before others come.
 */
export function roomInShare(places: { limit: number; share: number; taken: number; own: number }): number {
  const { limit, share, taken, own } = places
  const free = limit - taken
  if (free <= 0) return 0
  if (share >= 100) return free
  const factor = share / (100 - share)
  const room = Math.floor((factor * free - own) / (1 + factor))
  // Whoever has none may always have one.
  return Math.max(own === 0 ? 1 : 0, room)
}
