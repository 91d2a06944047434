import type { OriginateRequest, TransferRequest } from '../gateway.ts'

const dayMs = 86_400_000

/** Throws a `TypeError` that names the field when the request cannot become an INVITE. */
export function checkRequest(request: OriginateRequest): void {
  const { attemptId, to, callerId, ringTimeoutMs, maxDurationMs, keepFree = 0 } = request
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
  if (!(keepFree >= 0)) throw new TypeError('keepFree must be 0 or more.')
}

/** RFC 3261 section 25.1 `user`, without escapes and without the characters that start parameters or a password. */
const isSipUser = (text: string) => /^[\w.!~*'()&=+$,#-]{1,128}$/.test(text)

/** Throws a `TypeError` that names the field when the second call of a transfer cannot be made. */
export function checkTransfer({ to, callerId, ringTimeoutMs, waitMs = 0 }: TransferRequest): void {
  checkRequest({
    attemptId: 'transfer',
    trunkId: '',
    to,
    callerId: callerId ?? '',
    ringTimeoutMs,
    maxDurationMs: dayMs,
  })
  if (!(waitMs >= 0 && waitMs <= dayMs)) throw new TypeError('waitMs must be 0 or more, and at most a day.')
}
