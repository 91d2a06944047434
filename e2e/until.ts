import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

/** Asks every 50 ms until the answer is yes. Throws, naming what it waited for, after `timeoutMs` (default 10,000). */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `Waited ${timeoutMs} ms in vain until ${what}.`)
    await sleep(50)
  }
}
