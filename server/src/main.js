#!/usr/bin/env node
// JavaScript, as is what it imports: until the cache is kept, one line of TypeScript makes Node load the compiler for it,
// which takes a tenth of a second. And a Node that is too old can read why it is.
import { existsSync } from 'node:fs'
import { keepCompiledCode } from './compile-cache.js'

const oldestNode = 24

/** The command line. What a command needs is loaded when it runs, so that `--help` and a start are quick. */
if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  console.error(
    `Switchboard runs on Node ${oldestNode} or newer, and this is ${process.version}. "npm start" brings the right one along; so does "npx switchboard".`,
  )
  process.exit(1)
}

keepCompiledCode()
if (existsSync('.env')) process.loadEnvFile('.env')

const { runCommandLine } = await import('./commands/command-line.ts')
await runCommandLine(process.argv, process.env)
