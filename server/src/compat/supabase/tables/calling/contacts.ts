import { type Env, type Item, type TableView, field, fields, owned, ownedFields, written, textOf } from '../table.ts'
import { byUser, newestFirst } from './numbers.ts'

export const contacts: TableView = {
  name: 'contacts',
  of: ['calling'],
  about: 'The contact book.',
  columns: {
    ...ownedFields('id', 'user_id'),
    ...fields('first_name', 'last_name', 'phone_number', 'email', 'notes', 'time_zone', 'tags'),
    ...ownedFields('created_at', 'updated_at'),
  },
  list: {
    operation: 'listContacts',
    filters: { ...byUser, phone_number: 'phone_number', email: 'email' },
    order: newestFirst,
    form: 'list',
  },
  one: { operation: 'getContact', param: 'id' },
  insert: {
    operation: 'createContact',
    example: { first_name: 'Ana', last_name: 'Silva', phone_number: '+15550100200', email: null },
  },
  update: { operation: 'updateContact', example: { last_name: 'Sousa' } },
  remove: { operation: 'deleteContact' },
}

export const contactLists: TableView = {
  name: 'contact_lists',
  of: ['calling'],
  about: 'Lists of contacts.',
  columns: {
    ...ownedFields('id', 'user_id'),
    name: field('name', 'Spring customers'),
    description: written('description', (value) => ({ description: value ?? '' })),
    ...ownedFields('contact_count', 'created_at', 'updated_at'),
  },
  list: { operation: 'listContactLists', filters: byUser, order: newestFirst, form: 'bare' },
  one: { operation: 'getContactList', param: 'id' },
  embeds: {
    contact_list_items: {
      table: 'contact_list_items',
      cardinality: 'many',
      operations: ['listContacts'],
      items: ({ call }, { id }) => itemsOfList(call, textOf(id)),
      count: ({ contact_count }) => Number(contact_count),
    },
  },
  insert: { operation: 'createContactList', example: { name: 'Spring customers', description: '' } },
  update: { operation: 'updateContactList', example: { name: 'Summer customers' } },
  remove: { operation: 'deleteContactList' },
}

/** The members of a list; at most one page of them, since they are for looking at. */
async function itemsOfList(call: Env['call'], contact_list_id: string): Promise<Item[]> {
  const { data } = await call('listContacts', { query: { contact_list_id, limit: '200' } })
  return (data as Item[]).map((contact) => ({ contact_list_id, contact }))
}

export const contactListItems: TableView = {
  name: 'contact_list_items',
  of: ['calling'],
  about: 'Contacts on lists. `id` is the id of the contact.',
  columns: {
    id: owned(({ contact }) => contact.id),
    contact_list_id: written('contact_list_id', () => ({})),
    contact_id: written(
      ({ contact }) => contact.id,
      () => ({}),
    ),
    created_at: owned(({ contact }) => contact.created_at ?? null),
  },
  key: 'contact_id',
  list: {
    operation: 'listContacts',
    filters: { contact_list_id: 'contact_list_id' },
    required: ['contact_list_id'],
    order: newestFirst,
    form: 'list',
    items: ({ data }, eq) =>
      (data as Item[]).map((contact) => ({ contact_list_id: eq.get('contact_list_id'), contact })),
  },
  embeds: {
    contacts: {
      table: 'contacts',
      cardinality: 'one',
      operations: ['getContact'],
      items: async ({ call }, { contact }) =>
        contact.created_at ? [contact] : [await call('getContact', { params: { id: contact.id } })],
    },
    contact_lists: {
      table: 'contact_lists',
      cardinality: 'one',
      operations: ['getContactList'],
      items: async ({ call }, { contact_list_id }) => [
        await call('getContactList', { params: { id: contact_list_id } }),
      ],
    },
  },
  insert: {
    operation: 'addToContactList',
    example: {
      contact_list_id: '0199b0a0-0000-7000-8000-000000000001',
      contact_id: '0199b0a0-0000-7000-8000-000000000002',
    },
    async run({ call }, { contact_list_id, contact_id }) {
      await call('addToContactList', { params: { id: textOf(contact_list_id) }, body: { contact_ids: [contact_id] } })
      return { contact_list_id, contact: { id: contact_id } }
    },
  },
  remove: {
    operation: 'removeFromContactList',
    run: ({ call }, { contact_list_id, contact }) =>
      call('removeFromContactList', { params: { id: contact_list_id }, body: { contact_ids: [contact.id] } }),
  },
}
