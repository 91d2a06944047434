import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Config } from '../../config.ts'
import { only } from '../../platform/database/scope.ts'
import { type Call, statement } from '../../platform/database/statement.ts'
import { tooManyRequests } from '../../platform/errors.ts'
import { addressKey } from '../../platform/http/address-key.ts'

/** How long to wait before the next attempt; 0 when this one is admitted. */
interface Admission {
  wait_seconds: number
}

const admit = statement(
  'identity.attempts.admit',
  (_, p: { limits: string }) => sql<Admission>`select app.admit_attempt(${p.limits}::jsonb) as wait_seconds`,
)

const forgive = statement(
  'identity.attempts.forgive',
  (_, p: { account: string; address: string; pair: string; seen: string }) => sql<Record<string, never>>`
    with forgiven as (delete from identity.attempts where key in (${p.account}, ${p.pair}, ${p.seen}))
    update identity.attempts set times = times[:cardinality(times) - 1] where key = ${p.address}`,
)

const forget = statement(
  'identity.attempts.forget',
  (_, p: { keys: string[] }) => sql<Record<string, never>>`delete from identity.attempts where key = any (${p.keys})`,
)

export const deleteExpiredAttempts = statement(
  'identity.attempts.system',
  () => sql<Record<string, never>>`delete from identity.attempts where forgotten_at < now()`,
)

/** One address may fail for this many accounts before it waits. */
const accountsPerAddress = 6
const daySeconds = 24 * 60 * 60
/** Counted, but never refused. */
const unlimited = 1_000_000

/** The limits that an attempt to sign in or enter a code counts against. */
export interface SignInLimits {
  admit: Call<Admission>
  /** Undoes the count after a right password or code. */
  forgive: Call
}

/**
 * Limits per account and address, per address, and per account. The limit per account delays addresses that have failed
 * for longer and longer, and all addresses after a hundred failures in a day. `knownDevice`: a device where this account
 * has signed in before, to which only its own failures apply.
 */
export function signInLimits({ signIn }: Config, email: string, ip: string, knownDevice?: string): SignInLimits {
  const account = createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 32)
  const from = addressKey(ip)
  const windowSeconds = signIn.windowMinutes * 60
  if (knownDevice !== undefined) {
    const key = `sign-in-device:${account}:${knownDevice}`
    const limits = { [key]: [signIn.failuresPerWindow, windowSeconds] }
    return { admit: admit.call({ limits: JSON.stringify(limits) }), forgive: forget.call({ keys: [key] }) }
  }
  const keys = {
    account: `sign-in-account:${account}`,
    address: `sign-in-address:${from}`,
    pair: `sign-in-pair:${account}:${from}`,
    seen: `sign-in-seen:${account}:${from}`,
  }
  const limits = {
    // Grows with failures from all addresses, and delays the addresses that have failed.
    [keys.account]: [0, daySeconds, keys.seen],
    [keys.seen]: [unlimited, daySeconds],
    [keys.address]: [signIn.failuresPerWindow * accountsPerAddress, windowSeconds],
    [keys.pair]: [signIn.failuresPerWindow, windowSeconds],
  }
  return { admit: admit.call({ limits: JSON.stringify(limits) }), forgive: forgive.call(keys) }
}

/**
 * Limits wrong codes of one account, over all of its codes: after ten a growing delay, and at most a hundred in thirty
 * days. `account`: a key of the account, which need not exist.
 */
export function codeLimits(account: string): SignInLimits {
  const hash = createHash('sha256').update(account.toLowerCase()).digest('hex').slice(0, 32)
  const keys = { delay: `code-delay:${hash}`, month: `code-month:${hash}` }
  const limits = { [keys.delay]: [0, daySeconds], [keys.month]: [100, 30 * daySeconds] }
  return { admit: admit.call({ limits: JSON.stringify(limits) }), forgive: forget.call({ keys: Object.values(keys) }) }
}

const hourSeconds = 60 * 60

/** At most `attempts` an hour. `key`: the action and the user, client or address it is limited for. */
export const hourlyLimit = (key: string, attempts: number): Call<Admission> =>
  admit.call({ limits: JSON.stringify({ [key]: [attempts, hourSeconds] }) })

export const signUpLimit = ({ signIn }: Config, ip: string): Call<Admission> =>
  hourlyLimit(`sign-up:${addressKey(ip)}`, signIn.signUpsPerHour)

/** Messages to one e-mail address or telephone: one a minute and five an hour; and 20 an hour from one client. */
export const sendingLimit = (purpose: string, recipient: string, ip: string): Call<Admission> => {
  const to = digest(recipient)
  const limits = {
    [`send-gap:${purpose}:${to}`]: [1, 60],
    [`send:${purpose}:${to}`]: [5, hourSeconds],
    [`send-address:${addressKey(ip)}`]: [20, hourSeconds],
  }
  return admit.call({ limits: JSON.stringify(limits) })
}

/** Mails an hour to one address for one purpose. */
export const mailLimit = (purpose: string, recipient: string, mailsPerHour: number): Call<Admission> =>
  hourlyLimit(`send:${purpose}:${digest(recipient)}`, mailsPerHour)

/** Mails an hour from a workspace to its customers: to one address and in total, since anyone can create a workspace. */
export const customerMailLimit = (
  workspaceId: string,
  recipient: string,
  perAddress: number,
  inAll: number,
): Call<Admission> => {
  const key = `send:customer:${workspaceId}`
  const limits = { [key]: [inAll, hourSeconds], [`${key}:${digest(recipient)}`]: [perAddress, hourSeconds] }
  return admit.call({ limits: JSON.stringify(limits) })
}

// Keys have a digest instead of the address.
const digest = (recipient: string) => createHash('sha256').update(recipient.toLowerCase()).digest('hex').slice(0, 32)

/** Attempts to use a password reset link, from one client. */
export const resetLimit = (ip: string): Call<Admission> => hourlyLimit(`password-reset:${addressKey(ip)}`, 20)

/** Throws 429 unless the attempt was admitted. Takes the rows of `admit`. */
export function requireAdmitted(rows: Admission[], what: string): void {
  const { wait_seconds: waitSeconds } = only(rows)
  if (waitSeconds > 0) throw tooManyRequests(waitSeconds, `Too many attempts to ${what}.`)
}
