import type { Call } from '../statement.ts'

/** Nobody is made to wait for what usually takes longer, in milliseconds. */
export const quickMs = 20

/** How long statements take as a rule, by name: that of the round trips they were in. */
export class Pace {
  readonly #usual = new Map<string, number>()

  note(calls: readonly Call[], milliseconds: number): void {
    for (const { name } of calls) {
      const usual = this.#usual.get(name)
      this.#usual.set(name, usual === undefined ? milliseconds : usual + (milliseconds - usual) / 8)
    }
  }

  /** What has never run is not known to be quick. */
  areQuick(calls: readonly Call[]): boolean {
    return calls.every(({ name }) => (this.#usual.get(name) ?? Infinity) < quickMs)
  }
}
