import type { SignedUp } from './server.ts'

/** Each of these people finds the others by their e-mail addresses, as people do before they open a chat. */
export async function findEachOther(...people: SignedUp[]): Promise<void> {
  const pairs = people.flatMap((who) => people.filter((other) => other !== who).map((other) => [who, other] as const))
  await Promise.all(pairs.map(([who, other]) => find(who, other)))
}

/** One person finds another by their e-mail address. */
export async function find(who: SignedUp, other: SignedUp): Promise<void> {
  const { body } = await who.get(`/api/users/search?q=${encodeURIComponent(other.email)}`)
  if (body.data[0]?.id !== other.userId) throw new Error(`${other.email} was not found: ${JSON.stringify(body)}`)
}
