import { AppError } from '../../platform/errors.ts'
import type { CallOperation } from '../composite.ts'

export const transferNumberOperations = ['getTransferNumber', 'createTransferNumber'] as const

const isId = (text: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)

/**
 * Runs `save` with the body's transfer number. The front-end's screens have a field for any number, or a choice of numbers
 * by id, where ours takes a transfer number of the workspace: an unknown number is added to them, under `name`, if the
 * caller may add numbers.
 */
export async function withTransferNumber<T>(
  call: CallOperation<(typeof transferNumberOperations)[number]>,
  given: string | null | undefined,
  name: string,
  save: (transferNumber: string | null | undefined) => Promise<T>,
): Promise<T> {
  if (!given) return save(given)
  if (isId(given)) {
    const { phone_number } = await call('getTransferNumber', { params: { id: given } })
    return save(phone_number)
  }
  try {
    return await save(given)
  } catch (error) {
    if (!isUnknownNumber(error)) throw error
    await call('createTransferNumber', { body: { name, phone_number: given } })
    return save(given)
  }
}

const isUnknownNumber = (error: unknown) =>
  error instanceof AppError &&
  error.code === 'unknown_transfer_number' &&
  error.details?.[0]?.path === 'body.transfer_number'
