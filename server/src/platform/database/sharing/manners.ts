/** What must go well after a failure before a caller is trusted again. */
const penance = 8
/** Remembered at most. */
const maxCallers = 10_000

/** Who may share a transaction with others: whose last ones went well, since one that fails makes all go twice. */
export class Manners {
  /** How often it must still go well for each; 0: trusted. */
  readonly #owed = new Map<string, number>()

  areGood(caller: string): boolean {
    return this.#owed.get(caller) === 0
  }

  noteSuccess(caller: string): void {
    const owed = this.#owed.get(caller) ?? 1
    if (owed > 0) this.#note(caller, owed - 1)
  }

  noteFailure(caller: string): void {
    this.#note(caller, penance)
  }

  /** Whoever was noted longest ago is forgotten, and so begins anew. */
  #note(caller: string, owed: number): void {
    this.#owed.delete(caller)
    this.#owed.set(caller, owed)
    if (this.#owed.size > maxCallers) this.#owed.delete(this.#owed.keys().next().value as string)
  }
}
