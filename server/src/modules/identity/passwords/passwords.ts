import { availableParallelism } from 'node:os'
import { hash, parseOptions, verify } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import type { Config } from '../../../config.ts'
import { AppError, invalidField, unavailable } from '../../../platform/errors.ts'
import { isCommonPassword } from './common-passwords.ts'

/** Argon2id with OWASP's minimum: 19 MiB, two passes, a parallelism of one. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const maxPasswordLength = 128

const maxAtWork = 2 * availableParallelism()
const maxWaiting = 100
let atWork = 0
const waiting: (() => void)[] = []

/** Counts hashes and checks, so that tests can prove that every kind of failed login does the same work. */
export const passwordWork = { count: 0 }

type Rules = Pick<Config['signIn'], 'minPasswordLength' | 'refuseCommonPasswords'>

/**
 * Throws 400 when the password is too short, too long, or a common one. There are no other rules (NIST SP 800-63B
 * 5.1.1.2), and a password is never truncated.
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
      'This password is too common and easy to guess. Use three or four unrelated words, which are easy to remember.',
    )
  }
}

/** Throws 503 when too many people are signing in at once. */
export const hashPassword = (password: string): Promise<string> => limited(() => hash(password, parameters))

/**
 * Checked for users without a password, so that this takes as long as a wrong password. It must have the parameters above.
 */
export const dummyHash =
  '$argon2id$v=19$m=19456,t=2,p=1$RsX0Sn5tpy8hgIqOhMBUdA$QOfcjchDfvAfT25o3h0k8rV7oXxN3x8j0v/m/nstyKc'

/** `stored`: null for an unknown user or one without a password, which returns false after the same work. Throws 503. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const against = stored ?? dummyHash
  const right = await limited(async () => {
    if (password.length > maxPasswordLength) return verify(against, '')
    return isBcrypt(against) ? verifyBcrypt(password, against) : verify(against, password)
  })
  return right && stored !== null
}

/** Returns true for another algorithm or weaker parameters: hash the password again at the next successful check. */
export function isOutdated(stored: string): boolean {
  if (isBcrypt(stored)) return true
  const { memoryCost, timeCost, parallelism } = parseOptions(stored)
  return memoryCost < parameters.memoryCost || timeCost < parameters.timeCost || parallelism < parameters.parallelism
}

const isBcrypt = (stored: string) => /^\$2[abxy]\$/.test(stored)

/** Hashing is expensive on purpose: a few run at a time, some more are queued, and the rest get 503. */
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
