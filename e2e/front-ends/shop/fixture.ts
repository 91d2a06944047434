import type { FrontEnd, Live, Notes, Person } from '../front-end.ts'

/** A shop with its users and visitors. */
export interface Shop {
  readonly url: string
  readonly notes: Notes
  readonly id: string
  /** `/api/shops/<id>` */
  readonly path: string
  /** Without a login. */
  readonly visitor: FrontEnd
  /** The owner of the shop. */
  readonly ana: Person
  /** An agent of the shop. */
  readonly agent: Person
  /** The owner of another shop. */
  readonly bob: Person
  /** The live socket of Ana. */
  readonly live: Live
}

/** A PNG of one pixel. */
export const onePixel = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
)
