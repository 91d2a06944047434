/** An index from address to owners. It is read for every datagram: one map look-up, whatever the number of owners. */
export interface AddressBook<Owner> {
  /** Replaces the owner's addresses. */
  set(owner: Owner, addresses: Iterable<string>): void
  remove(owner: Owner): void
  at(address: string): ReadonlySet<Owner>
}

export function createAddressBook<Owner>(): AddressBook<Owner> {
  const owners = new Map<string, Set<Owner>>()
  const addressesOf = new Map<Owner, Set<string>>()
  const none: ReadonlySet<Owner> = new Set()

  function remove(owner: Owner): void {
    for (const address of addressesOf.get(owner) ?? []) {
      const there = owners.get(address)
      there?.delete(owner)
      if (there?.size === 0) owners.delete(address)
    }
    addressesOf.delete(owner)
  }

  return {
    set(owner, addresses) {
      remove(owner)
      const own = new Set(addresses)
      addressesOf.set(owner, own)
      for (const address of own) owners.set(address, (owners.get(address) ?? new Set()).add(owner))
    },
    remove,
    at: (address) => owners.get(address) ?? none,
  }
}
