// Not by name: an older Node has no such function, and main.js has to load there to say so.
import module from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * Stores compiled code beside the packages, where no other user may write: a shared temporary directory would run
 * what others put there. By the environment, threads and child processes use it too. `NODE_COMPILE_CACHE` names another.
 */
export function keepCompiledCode() {
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/switchboard', import.meta.url))
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
}
