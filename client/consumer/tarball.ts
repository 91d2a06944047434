import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const client = fileURLToPath(new URL('..', import.meta.url))

/** What `program.ts` must have seen, wherever it ran. */
export const seen = {
  refusal: 'body.name',
  listed: 'Ana Lima, Ben Okafor, Cho Mori, Dee Silva, Eva Brandt',
  bytes: [16_044, 'audio/wav'],
  contact: 'Ana',
}

/** A project of its own in `folder`, with our packed tarball and `program.ts`, compiled. `packages` come from the registry. */
export async function makeConsumer(folder: string, packages: string[] = []): Promise<void> {
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: client })
  const tarball = join(folder, stdout.trim().split('\n').at(-1) ?? '')
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  const offline = packages.length === 0 ? ['--offline'] : []
  await run('npm', ['install', '--silent', '--no-audit', '--no-fund', ...offline, tarball, ...packages], {
    cwd: folder,
  })
  const program = await readFile(new URL('program.ts', import.meta.url), 'utf8')
  await writeFile(join(folder, 'program.ts'), program.replace('../src/index.ts', '@switchboard/client'))
}

/** Compiles `program.ts` as strictly as TypeScript can, declarations of packages included. Throws with its complaints. */
export async function compile(tsc: string, folder: string, module: 'nodenext' | 'bundler'): Promise<void> {
  const how =
    '--strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --target es2022 --lib es2022,dom,dom.iterable'
  const resolution = ['--moduleResolution', module, '--module', module === 'bundler' ? 'esnext' : 'nodenext']
  const options = [...how.split(' '), ...resolution]
  await run(process.execPath, [tsc, ...options, 'program.ts'], { cwd: folder }).catch((error: { stdout: string }) => {
    throw new Error(error.stdout)
  })
}

/** Runs the compiled program under a Node. Throws with what it printed when it fails. */
export async function runUnder(node: string, folder: string, url: string, webSocket?: string): Promise<object> {
  const imports = webSocket
    ? `import WebSocket from '${webSocket}'; const options = { WebSocket };`
    : 'const options = {};'
  const code = `${imports} import { main } from './program.js'; console.log(JSON.stringify(await main('${url}', options)))`
  await writeFile(join(folder, 'main.js'), code)
  const { stdout } = await run(node, ['main.js'], { cwd: folder })
  return JSON.parse(stdout) as object
}
