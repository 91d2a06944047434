/** Tells live clients what needs no memory (progress, typing, presence); facts go through `emit` instead. */
export interface Broadcast {
  /** To everyone who listens to `topic`, on every node. Lossy by design; absolute values only. */
  publish(topic: string, event: string, data: object): void
}
