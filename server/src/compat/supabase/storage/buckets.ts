import { FacadeError } from '../failure.ts'

/** A bucket: what it takes, and who may read it. Buckets cannot be made; these are there. */
export interface Bucket {
  id: string
  /** Anyone who knows a path may read it. Otherwise members of the workspace, and signed addresses. */
  isPublic: boolean
  /** Media types, found by the content. */
  accepts: RegExp
  /** Sound for the telephone: an upload is a greeting. */
  isGreeting?: boolean
}

const images = /^image\//
const anything = /^/

export const buckets: readonly Bucket[] = [
  { id: 'greetings', isPublic: false, accepts: /^audio\//, isGreeting: true },
  { id: 'voice-app-uploads', isPublic: false, accepts: /^audio\//, isGreeting: true },
  { id: 'avatars', isPublic: true, accepts: images },
  { id: 'products', isPublic: true, accepts: images },
  { id: 'shop-logos', isPublic: true, accepts: images },
  { id: 'chat-attachments', isPublic: false, accepts: anything },
  { id: 'receipts', isPublic: false, accepts: anything },
  { id: 'forms', isPublic: false, accepts: anything },
]

/** Throws 404, in the words of Supabase. */
export function bucketOf(id: string): Bucket {
  const bucket = buckets.find((one) => one.id === id)
  if (!bucket)
    throw new FacadeError(404, 'bucket_not_found', 'Bucket not found', {
      pgCode: 'NoSuchBucket',
      hint: `Buckets: ${buckets.map((one) => one.id).join(', ')}.`,
    })
  return bucket
}
