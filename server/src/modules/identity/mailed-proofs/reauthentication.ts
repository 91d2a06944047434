import { type Ctx, transaction } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { AppError } from '../../../platform/errors.ts'
import { sendMessage } from '../../../platform/mail/messages.ts'
import { serverContext } from '../../../platform/services.ts'
import { codeLifeSeconds, newCode, redeemCode, storeCode } from '../codes/codes.ts'
import { actAs, findMe } from '../people/users.ts'
import type { Device } from '../sessions/device.ts'
import { codeLimits, requireAdmitted, sendingLimit } from '../throttle.ts'

// A code to the caller's own address, which proves more than an open session.

const purpose = 'reauthentication'

/** Sends a code. Throws 429 within a minute of the last one or after five in an hour. */
export async function sendNonce(ctx: Ctx, device: Device): Promise<void> {
  const { id, email } = await ctx.db.one(findMe, {})
  const server = serverContext(ctx.services, { workspaceId: null })
  const [admitted] = await server.db.together([sendingLimit(purpose, email, device.address)])
  requireAdmitted(admitted, 'get a code')
  const code = newCode()
  await transaction(server, async (server) => {
    const stored = storeCode(ctx.services, { purpose, userId: id, address: email, code })
    await server.db.together([actAs.call({ user_id: id }), stored])
    await sendMessage(server, {
      channel: 'email',
      to: email,
      subject: 'Your code',
      text: `${code} is your code to change your password or address. It is valid for ten minutes.\n\nIf you did not request it, another person has access to your account: choose a new password, which ends all sessions.\n`,
      expiresInSeconds: codeLifeSeconds,
    })
  })
}

/** Uses up the code. Throws 422 `reauthentication_not_valid` for one that is wrong, used or expired, 429 after many. */
export async function redeemNonce(ctx: Ctx, nonce: string): Promise<void> {
  const { id, email } = await ctx.db.one(findMe, {})
  const server = serverContext(ctx.services, { workspaceId: null })
  const guessing = codeLimits(`${purpose} ${id}`)
  const [admitted] = await server.db.together([guessing.admit])
  requireAdmitted(admitted, 'enter a code')
  const isRight = await transaction(server, async (server) => {
    const redeeming = redeemCode(ctx.services, { purpose, userId: id, address: email, code: nonce })
    const [, redeemed] = await server.db.together([actAs.call({ user_id: id }), redeeming])
    if (only(redeemed).right) await server.db.together([guessing.forgive])
    return only(redeemed).right
  })
  if (!isRight) throw new AppError(422, 'reauthentication_not_valid', 'This code is wrong or has expired.')
}
