import assert from 'node:assert/strict'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { Person } from '../front-end.ts'

export async function contacts(ana: Person, bo: Person): Promise<void> {
  const post = (body: object) => ana.post('/api/contacts', body)
  const person = { first_name: 'Cleo', last_name: 'Costa', phone_number: '+1 415 555 0190', email: 'cleo@example.com' }
  const made = await answered(201, post({ ...person, notes: 'Calls back', user_id: bo.id }))
  const contact = {
    id: anId,
    user_id: ana.id,
    ...person,
    phone_number: '+14155550190',
    notes: 'Calls back',
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, contact)
  const one = `/api/contacts/${made.id}`
  assertShape(await answered(200, ana.get(one)), contact)
  assertShape(await answered(200, ana.get('/api/contacts')), { data: [contact], next_cursor: null })
  assertShape(await answered(200, ana.put(one, { notes: '' })), { ...contact, notes: null })
  assertShape(await answered(200, ana.patch(one, { last_name: 'Cruz' })), {
    ...contact,
    last_name: 'Cruz',
    notes: null,
  })
  // A contact needs at least a name, a number or an address.
  for (const [known, empty] of [
    [{ first_name: 'Eve' }, { last_name: '', phone_number: null, email: null }],
    [{ phone_number: '+14155550188' }, { first_name: '', last_name: '', email: null }],
    [{ email: 'fay@example.com' }, { first_name: '', last_name: '', phone_number: null }],
  ])
    assertShape(await answered(201, post(known!)), { ...contact, notes: null, ...known, ...empty })
  await refused(400, post({ notes: 'Nameless' }), 'body.first_name')
  await refused(400, post({ ...person, phone_number: '1' }), 'body.phone_number')
  await refused(400, post({ ...person, email: 'cleo' }), 'body.email')
  await refused(409, post(person))
  await refused(400, ana.patch(one, { notes: 5 }), 'body.notes')
  await refused(400, ana.get('/api/contacts?limit=many'), 'query.limit')
  for (const [someone, path] of [
    [bo, one],
    [ana, `/api/contacts/${unknownId}`],
  ] as const) {
    await refused(404, someone.get(path))
    await refused(404, someone.put(path, { notes: 'Mine' }))
    await refused(404, someone.patch(path, { notes: 'Mine' }))
    await refused(404, someone.delete(path))
  }
  assert.deepEqual(await answered(200, ana.delete(one)), { success: true })
  await refused(404, ana.get(one))
}

export async function contactLists(ana: Person, bo: Person): Promise<void> {
  const contact = await answered(
    201,
    ana.post('/api/contacts', { first_name: 'Dov', last_name: 'Dahl', phone_number: '+14155550191' }),
  )
  const made = await answered(201, ana.post('/api/contact-lists', { name: 'Customers', description: 'Of March' }))
  const list = {
    id: anId,
    user_id: ana.id,
    name: 'Customers',
    description: 'Of March',
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, list)
  const lists = (person: Person) => answered(200, person.get(`/api/contact-lists?userId=${person.id}`))
  assertShape(await lists(ana), [list])
  assert.deepEqual(await lists(bo), [])
  await refused(400, ana.post('/api/contact-lists', { description: 'Nameless' }), 'body.name')
  await refused(403, bo.get(`/api/contact-lists?userId=${ana.id}`))

  // The items of a list: its contacts.
  const items = `/api/contact-lists/${made.id}/contacts`
  const onIt = async () => (await answered(200, ana.get(`/api/contacts?contact_list_id=${made.id}`))).data
  const contact_ids = [contact.id]
  await answered(200, ana.post(items, { contact_ids }))
  assertShape(await onIt(), [{ id: contact.id }])
  await refused(400, ana.post(items, {}), 'body.contact_ids')
  await refused(400, ana.delete(items, { contact_ids: 'all' }), 'body.contact_ids')
  await refused(404, bo.post(items, { contact_ids }))
  await refused(404, bo.delete(items, { contact_ids }))
  await answered(200, ana.delete(items, { contact_ids }))
  assert.deepEqual(await onIt(), [])

  using live = await ana.listen()
  live.send('ping')
  await live.next('pong')
  const importInto = (id: string, person: Person, csv: string | undefined) => {
    const form = new FormData()
    if (csv !== undefined) form.append('file', new Blob([csv]), 'customers.csv')
    return person.post(`/api/contact-lists/${id}/import`, form)
  }
  const rows = [
    'First name,Last name,Phone number',
    'Eve,Ek,+14155550192',
    'Dov,Dahl,+14155550191',
    'Eve,Ek,+1 415 555 0192',
    'Finn,Fors,none',
  ]
  const begun = await answered(202, importInto(made.id, ana, rows.join('\r\n')))
  assertShape(begun, { id: anId, status: aText, total: aNumber, done: aNumber })
  const ended = { id: begun.id, status: 'completed', total: 4, done: 4, created: 1, merged: 2, failed: 1 }
  await live.next('import:progress', ({ id, status }) => id === begun.id && status === 'completed')
  const outcome = await answered(200, ana.get(`/api/imports/${begun.id}`))
  assertShape(outcome, { ...ended, errors_url: aText })
  const errors = await ana.get(outcome.errors_url)
  assert.equal(errors.status, 200)
  assert.match(errors.text, /Finn,Fors,none/)
  assertShape(await onIt(), [{ first_name: /Eve|Dov/ }, { first_name: /Eve|Dov/ }])
  await refused(400, importInto(made.id, ana, undefined), 'body.file')
  await refused(404, importInto(made.id, bo, rows.join('\r\n')))
  await refused(404, bo.get(`/api/imports/${begun.id}`))
}

export async function doNotCall(ana: Person, bo: Person): Promise<void> {
  const made = await answered(
    201,
    ana.post('/api/do-not-call', { phone_number: '+14155550199', reason: 'Asked us not to' }),
  )
  const entry = { id: anId, phone_number: '+14155550199', reason: 'Asked us not to', created_at: anInstant }
  assertShape(made, entry)
  assertShape(await answered(200, ana.get('/api/do-not-call')), { data: [entry] })
  assertShape(await answered(200, bo.get('/api/do-not-call')), { data: [] })
  await refused(400, ana.post('/api/do-not-call', { reason: 'No number' }), 'body.phone_number')
  await refused(400, ana.get('/api/do-not-call?limit=0'), 'query.limit')
  await refused(404, bo.delete(`/api/do-not-call/${made.id}`))
  assert.deepEqual(await answered(200, ana.delete(`/api/do-not-call/${made.id}`)), { success: true })
  assertShape(await answered(200, ana.get('/api/do-not-call')), { data: [] })
}
