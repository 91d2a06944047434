import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Gives `run` a fresh folder, readable by the accounts that peers run under. It is removed afterwards. When `run` fails,
 * the folder with its logs stays and its path is printed.
 */
export async function withScratch<T>(name: string, run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`))
  await chmod(folder, 0o755)
  try {
    const result = await run(folder)
    await rm(folder, { recursive: true, force: true })
    return result
  } catch (error) {
    console.error(`Logs of the failed run: ${folder}`)
    throw error
  }
}
