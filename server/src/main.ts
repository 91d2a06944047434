#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const oldestNode = 24

/** The command line. What a command needs is loaded when it runs, so that `--help` and a start are quick. */
if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  console.error(
    `Switchboard runs on Node ${oldestNode} or newer, and this is ${process.version}. "npm start" brings the right one along; so does "npx switchboard".`,
  )
  process.exit(1)
}

// Beside the packages, which nobody else may write to: a shared temporary directory would run what others put there.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/switchboard', import.meta.url)))
if (existsSync('.env')) process.loadEnvFile('.env')

const { runCommandLine } = await import('./commands/command-line.ts')
await runCommandLine(process.argv, process.env)
