#!/usr/bin/env node
// JavaScript, as is what it imports: until the cache is kept, one line of TypeScript makes Node load the compiler for it,
// which takes a tenth of a second. And a Node that is too old can read why it is.
import { accessSync, constants, existsSync } from 'node:fs'
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
// The unit's own environment, so that commands work on the same data as the service. What is set already stays.
const installed = process.env.SWITCHBOARD_ENV_FILE ?? '/etc/switchboard.env'
if (existsSync(installed)) {
  try {
    accessSync(installed, constants.R_OK)
  } catch {
    console.error(`${installed} cannot be read. Run this as the user of the service: sudo -u switchboard …`)
    process.exit(1)
  }
  process.loadEnvFile(installed)
}

const { runCommandLine } = await import('./commands/command-line.ts')
await runCommandLine(process.argv, process.env)
