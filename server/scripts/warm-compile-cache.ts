import { keepCompiledCode } from '../src/compile-cache.js'

// `npm ci` runs this at its end, so that the first start finds the program compiled and is as quick as the ones after it.
keepCompiledCode()
for (const part of ['commands/command-line.ts', 'commands/start.ts', 'commands/run-node.ts', 'app.ts'])
  await import(new URL(`../src/${part}`, import.meta.url).href)
