import type { OriginateRequest, TransferRequest } from '../gateway.ts'

const dayMs = 86_400_000

/** Throws `TypeError` naming the field: such a request could not become an INVITE. */
export function checkRequest({ attemptId, to, callerId, ringTimeoutMs, maxDurationMs }: OriginateRequest): void {
  if (!/^[\w.-]{1,128}$/.test(attemptId))
    throw new TypeError(
      'attemptId must be 1 to 128 letters, digits, dots, dashes or underscores: it becomes the Call-ID.',
    )
  if (!isSipUser(to)) throw new TypeError(`to is neither an E.164 number nor a SIP user: ${JSON.stringify(to)}.`)
  if (callerId !== '' && !isSipUser(callerId))
    throw new TypeError(`callerId is neither an E.164 number nor a SIP user: ${JSON.stringify(callerId)}.`)
  if (!(ringTimeoutMs > 0 && ringTimeoutMs <= dayMs))
    throw new TypeError('ringTimeoutMs must be more than 0 and at most a day.')
  if (!(maxDurationMs > 0 && maxDurationMs <= dayMs))
    throw new TypeError('maxDurationMs must be more than 0 and at most a day.')
}

/** RFC 3261 section 25.1 `user`, without escapes and what starts parameters or a password. */
const isSipUser = (text: string) => /^[\w.!~*'()&=+$,#-]{1,128}$/.test(text)

/** Likewise for the second call of a transfer. */
export function checkTransfer({ to, callerId, ringTimeoutMs }: TransferRequest): void {
  checkRequest({
    attemptId: 'transfer',
    trunkId: '',
    to,
    callerId: callerId ?? '',
    ringTimeoutMs,
    maxDurationMs: dayMs,
  })
}
