import { loadKeys } from '../../../platform/crypto/key-files.ts'
import type { Services } from '../../../platform/services.ts'
import { type AccessTokens, createAccessTokens } from './access-tokens.ts'

const made = new WeakMap<Services['config'], AccessTokens>()

/** Access tokens with the keys of JWT_KEYS, or those generated in the data directory. */
export function accessTokens({ config }: Pick<Services, 'config'>): AccessTokens {
  let tokens = made.get(config)
  if (!tokens) {
    tokens = createAccessTokens(loadKeys(config.tokenKeys, config.dataDir, 'tokens', 'JWT_KEYS'))
    made.set(config, tokens)
  }
  return tokens
}
