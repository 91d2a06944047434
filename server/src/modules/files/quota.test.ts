import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SignedUp, startTestServer } from '../../../test/server.ts'
import { toneWav } from '../../../test/tone.ts'

const server = await startTestServer({ STORAGE_QUOTA_MB: '1', STORAGE_QUOTA_FILES: '6' })

/** Uploads `count` equal files concurrently. Returns the accepted ones, and checks that the others exceed the quota. */
async function uploadAtOnce(by: SignedUp, path: string, count: number, content: Buffer) {
  const answers = await Promise.all(
    Array.from({ length: count }, () => {
      const form = new FormData()
      form.set('file', new File([new Uint8Array(content)], 'a.wav'))
      return by.post(path, form)
    }),
  )
  for (const { status, body } of answers) {
    if (status !== 201) assert.deepEqual([status, body.code], [413, 'storage_full'], body.error)
  }
  return answers.filter(({ status }) => status === 201)
}

const large = toneWav(20)
const small = toneWav(1)

for (const path of ['/api/greeting-files', '/api/upload']) {
  test(`${path}: concurrent uploads cannot exceed the quota`, async () => {
    const [ana, bo] = [await server.signUp(), await server.signUp()]
    const fit = Math.floor(1024 ** 2 / large.length)
    assert.ok(fit >= 2 && fit < 6)
    assert.equal((await uploadAtOnce(ana, path, fit + 3, large)).length, fit)
    assert.equal((await uploadAtOnce(ana, path, 1, large)).length, 0)
    // Other users have a quota of their own.
    assert.equal((await uploadAtOnce(bo, path, 8, small)).length, 6, 'by number')
  })
}

test('deleting files frees quota', async () => {
  const ana = await server.signUp()
  const [first] = await uploadAtOnce(ana, '/api/greeting-files', 7, small)
  assert.equal((await uploadAtOnce(ana, '/api/greeting-files', 1, small)).length, 0)
  assert.equal((await ana.delete(`/api/greeting-files/${first?.body.id}`)).status, 200)
  assert.equal((await uploadAtOnce(ana, '/api/greeting-files', 1, small)).length, 1)
})
