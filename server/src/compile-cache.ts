import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * Keeps what Node compiles beside the packages, which nobody else may write to: a shared temporary directory would run
 * what others put there. By the environment, threads and child processes use it too. `NODE_COMPILE_CACHE` names another.
 */
export function keepCompiledCode(): void {
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/switchboard', import.meta.url))
  enableCompileCache(process.env.NODE_COMPILE_CACHE)
}
