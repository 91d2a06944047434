import type { Command } from 'commander'
import type { Environment } from '../config/values.ts'
import type { Finding } from './doctor/finding.ts'
import { styled } from './terminal.ts'

export function addDoctor(program: Command, env: Environment): void {
  program
    .command('doctor')
    .description(
      'Check everything the server needs on this machine and report how to fix problems. Exit code 1 when a check fails.',
    )
    .option('--json', 'print the findings as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { examine } = await import('./doctor/examine.ts')
      const findings = await examine(env)
      if (json) console.log(JSON.stringify(findings, null, 2))
      else for (const finding of findings) console.log(toText(finding))
      if (findings.some(({ status }) => status === 'failed')) process.exitCode = 1
    })
}

const marks = {
  ok: () => styled('green', 'ok     '),
  warning: () => styled('yellow', 'warning'),
  failed: () => styled('red', 'FAILED '),
}

const toText = ({ subject, status, message, advice }: Finding) =>
  `${marks[status]()} ${subject.padEnd(16)} ${message}${advice ? `\n${' '.repeat(25)}${advice}` : ''}`
