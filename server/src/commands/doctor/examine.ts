import { existsSync } from 'node:fs'
import { type Config, misspelt, readConfig } from '../../config.ts'
import type { Environment } from '../../config/values.ts'
import { sentenceOf } from '../sentence.ts'
import { checkDatabase } from './database.ts'
import { checkDataDir, checkDiskSpace, checkKeys } from './disk.ts'
import { type Finding, failed, ok, warning } from './finding.ts'
import { checkHttpPort, checkPublicUrl, checkRtpPorts, checkSipPort } from './network.ts'

const checks: ((config: Config) => Promise<Finding | Finding[]>)[] = [
  checkDataDir,
  checkDiskSpace,
  checkKeys,
  checkDatabase,
  checkHttpPort,
  checkSipPort,
  checkRtpPorts,
  checkPublicUrl,
]

/** One finding or several for each check; a check that cannot be made is a finding too. */
export async function examine(env: Environment): Promise<Finding[]> {
  const isNew = !existsSync(env.DATA_DIR || './data')
  let config: Config
  try {
    config = readConfig(env)
  } catch (error) {
    return [
      failed('configuration', sentenceOf(error), 'Correct it in the environment or in .env; README.md has the table.'),
    ]
  }
  const findings = [
    ok('configuration', `Node ${process.version}, data in ${config.dataDir}${isNew ? ', which is new' : ''}.`),
  ]
  for (const sentence of misspelt(env)) {
    findings.push(warning('configuration', sentence, 'README.md has the table of settings.'))
  }
  for (const check of checks) {
    try {
      findings.push(...[await check(config)].flat())
    } catch (error) {
      findings.push(
        failed(check.name.replace('check', '').toLowerCase(), sentenceOf(error), 'This check could not be made.'),
      )
    }
  }
  return findings
}
