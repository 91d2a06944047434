import { availableParallelism } from 'node:os'
import { hash, parseOptions, verify } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import type { Config } from '../../../config.ts'
import { AppError, invalidField, unavailable } from '../../../platform/errors.ts'
import { isCommonPassword } from './common-passwords.ts'

/** Argon2id with OWASP's minimum: 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const maxPasswordLength = 128

const maxAtWork = 2 * availableParallelism()
const maxWaiting = 100
let atWork = 0
const waiting: (() => void)[] = []

/** How often a password has been hashed or checked; the equal cost of every kind of login is tested by it. */
export const passwordWork = { count: 0 }

type Rules = Pick<Config['signIn'], 'minPasswordLength' | 'refuseCommonPasswords'>

/**
 * Throws 400 when it is too short, too long, or one of those that are guessed first. Nothing else is asked of a password
 * (NIST SP 800-63B 5.1.1.2), and none is ever cut.
 */
export function requireAcceptablePassword(password: string, rules: Rules, path = 'body.password'): void {
  const { minPasswordLength, refuseCommonPasswords } = rules
  if (password.length < minPasswordLength) {
    throw invalidField(path, `A password needs at least ${minPasswordLength} characters.`)
  }
  if (password.length > maxPasswordLength) {
    throw invalidField(path, `A password can have at most ${maxPasswordLength} characters.`)
  }
  if (refuseCommonPasswords && isCommonPassword(password)) {
    throw invalidField(
      path,
      'So many people use this password that it is guessed first. Three or four words that do not belong together are better, and easy to remember.',
    )
  }
}

/** Throws 503 when too many people are signing in at once. */
export const hashPassword = (password: string): Promise<string> => limited(() => hash(password, parameters))

/** An account without a password costs as much time as a wrong password. Made with the parameters above, and as new as they are. */
export const placeholderHash =
  '$argon2id$v=19$m=19456,t=2,p=1$iaZvruBtGuaUkrmTe1EbkQ$ztauNv8A/gP4FrbJwmgW9sU/HgPNtKsv+wu1G9NV8So'

/** `stored` is null for an unknown user or one without a password: false, after the same work. Throws 503. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const against = stored ?? placeholderHash
  const right = await limited(async () => {
    if (password.length > maxPasswordLength) return verify(against, '')
    return isBcrypt(against) ? verifyBcrypt(password, against) : verify(against, password)
  })
  return right && stored !== null
}

/** Was it made by another algorithm, or with less work than today's? Then hash it again when the password is at hand. */
export function isOutdated(stored: string): boolean {
  if (isBcrypt(stored)) return true
  const { memoryCost, timeCost, parallelism } = parseOptions(stored)
  return memoryCost < parameters.memoryCost || timeCost < parameters.timeCost || parallelism < parameters.parallelism
}

const isBcrypt = (stored: string) => /^\$2[abxy]\$/.test(stored)

/** Hashing is heavy on purpose: a few at a time, a short queue, and beyond that a clear refusal. */
async function limited<T>(work: () => Promise<T>): Promise<T> {
  if (atWork >= maxAtWork) {
    if (waiting.length >= maxWaiting) throw busy()
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else {
    atWork++
  }
  try {
    passwordWork.count++
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else atWork--
  }
}

const busy = (): AppError => unavailable('Too many people are signing in at the moment.', 2)
