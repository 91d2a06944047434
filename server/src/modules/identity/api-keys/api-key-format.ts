import { createHash, randomBytes } from 'node:crypto'

export const apiKeyPrefix = 'sb_live_'

/** A new key with 256 random bits; only its hash is stored. */
export const newApiKey = () => apiKeyPrefix + randomBytes(32).toString('base64url')

/** The key has too much entropy for a search, so a plain SHA-256 is enough. */
export const hashApiKey = (key: string): Buffer => createHash('sha256').update(key).digest()
