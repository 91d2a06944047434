import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

/** Seldom enough for tests that count requests. */
const stepMs = 100

/** Asks again and again until the answer is yes. Throws, naming what it waited for, after `timeoutMs`, default 30 s. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await isSo())) {
    assert.ok(performance.now() < deadline, `Waited ${timeoutMs} ms until ${what}, without success.`)
    await sleep(stepMs)
  }
}
