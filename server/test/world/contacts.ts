import { type Fixture, formWith } from '../world.ts'

export const create: Fixture = async ({ canary, numbered, make }) => {
  const contact = await make('/api/contacts', {
    first_name: canary,
    last_name: canary,
    phone_number: numbered(2_000_000),
    email: `${canary}@example.com`,
    notes: canary,
  })
  const list = await make('/api/contact-lists', { name: canary, description: canary })
  await make(`/api/contact-lists/${list.id}/contacts`, { contact_ids: [contact.id] })
  const entry = await make('/api/do-not-call', { phone_number: numbered(3_000_000), reason: canary })
  const imported = await make(
    `/api/contact-lists/${list.id}/import`,
    formWith(Buffer.from(`first_name,phone\n${canary},nonsense\n`), `${canary}.csv`),
  )
  return {
    contacts: String(contact.id),
    'contact-lists': String(list.id),
    imports: String(imported.id),
    'do-not-call': String(entry.id),
  }
}
