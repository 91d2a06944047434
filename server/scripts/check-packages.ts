import { readFileSync } from 'node:fs'

// What package-lock.json promises: every package has its checksum, none names where it was fetched from, none runs a script
// when it is installed, and those that we ship are under licences that go with ours.

interface LockedPackage {
  integrity?: string
  resolved?: string
  link?: boolean
  dev?: boolean
  hasInstallScript?: boolean
  license?: string
}

const licences = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
  'MIT-0',
])
/** Packages whose package.json names no licence. Their LICENSE file was read. */
const readLicences: Record<string, string> = { 'node_modules/png-js': 'MIT' }
const isFine = (licence = '') =>
  licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((one) => licences.has(one))

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, LockedPackage>
}
const faults = Object.entries(lock.packages).flatMap(([path, locked]) => {
  if (locked.link || !path.includes('node_modules/')) return []
  return [
    !locked.integrity?.startsWith('sha512-') && 'has no SHA-512 checksum',
    locked.resolved !== undefined && `says where it came from (${locked.resolved})`,
    locked.hasInstallScript && 'runs a script when it is installed',
    !locked.dev &&
      !isFine(locked.license ?? readLicences[path]) &&
      `is shipped under ${locked.license ?? 'no licence'}`,
  ].flatMap((fault) => (fault ? [`${path} ${fault}.`] : []))
})
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
