import { type TableView, field, ownedFields, written } from '../table.ts'

export const byUser = { user_id: 'userId' }
export const newestFirst = { column: 'created_at', descending: true }

export const asNumber = (value: unknown) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value)

export const transferNumbers: TableView = {
  name: 'transfer_numbers',
  of: ['calling'],
  about: 'Numbers that campaigns transfer to.',
  columns: {
    ...ownedFields('id', 'user_id'),
    name: field('name', 'Front desk'),
    phone_number: field('phone_number', '+15550100123'),
    description: written('description', (value) => ({ description: value ?? '' })),
    ...ownedFields('call_count', 'created_at', 'updated_at'),
  },
  list: { operation: 'listTransferNumbers', filters: byUser, order: newestFirst, form: 'bare' },
  one: { operation: 'getTransferNumber', param: 'id' },
  insert: {
    operation: 'createTransferNumber',
    example: { name: 'Front desk', phone_number: '+15550100123', description: null, call_count: 0 },
  },
  update: { operation: 'updateTransferNumber', example: { name: 'Reception' } },
  remove: { operation: 'deleteTransferNumber' },
}
