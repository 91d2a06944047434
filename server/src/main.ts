#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { keepCompiledCode } from './compile-cache.ts'

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
