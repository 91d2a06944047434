import { toneWav } from '../tone.ts'
import { type Fixture, formWith } from '../world.ts'

export const create: Fixture = async ({ canary, make }) => {
  const greeting = await make('/api/greeting-files', formWith(toneWav(1), `${canary}.wav`))
  const fileId = /\/api\/files\/([^/]+)\//.exec(String(greeting.url))?.[1] ?? ''
  const signed = await make(`/api/files/${fileId}/signed-url`, {})
  return {
    'greeting-files': String(greeting.id),
    'greeting-file-urls': String(greeting.url),
    files: fileId,
    'signed-files': /signed-files\/([^/]+)\//.exec(String(signed.url))?.[1] ?? '',
  }
}
