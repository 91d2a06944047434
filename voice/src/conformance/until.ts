import { setTimeout as sleep } from 'node:timers/promises'

const waitMs = 30_000
const stepMs = 10

/** Waits until the condition holds, letting time pass by `pass`; fails when it does not within 30 s. */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  pass: (ms: number) => Promise<void> = sleep,
): Promise<void> {
  for (let waitedMs = 0; !(await holds()); waitedMs += stepMs) {
    if (waitedMs > waitMs)
      throw new Error(`Waited ${waitMs} ms without success for ${typeof what === 'string' ? what : what()}.`)
    await pass(stepMs)
  }
}
