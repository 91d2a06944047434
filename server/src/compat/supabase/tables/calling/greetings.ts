import { findObject } from '../../../../modules/files/index.ts'
import { decoded, refusedChange } from '../../failure.ts'
import { type Env, type Item, type TableView, fixed, owned, ownedFields, textOf } from '../table.ts'
import { newestFirst } from './numbers.ts'

/** Greetings that are listed at most: each gets an address of its own to be played at. */
const maxGreetings = 100

const fileIdOf = ({ url }: Item): string => /\/api\/files\/([0-9a-f-]{36})\//.exec(textOf(url))?.[1] ?? ''

/** The greeting with an address that a page can play for 15 minutes. */
async function playable(call: Env['call'], greeting: Item): Promise<Item> {
  const { url } = await call('signFile', { params: { id: fileIdOf(greeting) } })
  return { ...greeting, url }
}

export const greetingFiles: TableView = {
  name: 'greeting_files',
  of: ['calling'],
  about:
    'The newest 100 greetings. Upload one to the bucket `greetings` or `voice-app-uploads` first; the row exists then.',
  columns: {
    ...ownedFields('id', 'user_id', 'filename', 'url', 'duration_seconds', 'created_at'),
    file_path: owned(({ path }) => path ?? null, 'Path in its bucket, for a greeting that was uploaded there.'),
    file_type: fixed('audio'),
    file_size: fixed(null),
  },
  list: {
    operation: 'listGreetingFiles',
    also: ['signFile'],
    order: newestFirst,
    form: 'bare',
    run: async ({ call }, eq) => {
      const userId = eq.get('user_id')
      const greetings: Item[] = await call('listGreetingFiles', { query: userId === undefined ? {} : { userId } })
      return Promise.all(greetings.slice(0, maxGreetings).map((greeting) => playable(call, greeting)))
    },
  },
  insert: {
    operation: 'createGreetingFile',
    also: ['listGreetingFiles', 'signFile'],
    example: { filename: 'hello.wav', url: '/storage/v1/object/public/greetings/hello.wav', file_type: 'audio/wav' },
    async run({ call, ctx }, { url }) {
      const [, bucket, path] = /\/storage\/v1\/object\/public\/([\w-]+)\/([^?]+)/.exec(textOf(url)) ?? []
      const object = bucket && path ? await findObject(ctx, bucket, decoded(path)) : undefined
      const greetings: Item[] = object ? await call('listGreetingFiles') : []
      const greeting = greetings.find((one) => fileIdOf(one) === object?.id)
      if (!greeting)
        throw refusedChange('Upload the greeting to the bucket greetings first, and give its public URL as url.')
      return playable(call, { ...greeting, path: object?.path })
    },
  },
  refuses: { update: 'A greeting cannot be changed. Upload another one.' },
  remove: { operation: 'deleteGreetingFile' },
}
