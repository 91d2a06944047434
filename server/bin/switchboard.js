#!/usr/bin/env node
// JavaScript, because Node below 22.18 does not run TypeScript: whatever Node starts this, the one among the packages runs it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.js', import.meta.url))
const platform = process.platform === 'win32' ? 'win' : process.platform
const executable = platform === 'win' ? 'node.exe' : 'node'
const packaged = fileURLToPath(
  new URL(`../../node_modules/node-${platform}-${process.arch}/bin/${executable}`, import.meta.url),
)
// Where there is no such package the program says itself which Node it needs.
const runtime = existsSync(packaged) ? packaged : process.execPath
const child = spawn(runtime, ['--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`The Node that runs Switchboard is not there (${error.message}). Install it with: npm ci`)
  process.exitCode = 1
})
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
})
