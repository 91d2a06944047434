import type { FrontEnd, Live, Notes, Person } from '../front-end.ts'

/** A shop with people around it. */
export interface Shop {
  readonly url: string
  readonly notes: Notes
  readonly id: string
  /** `/api/shops/<id>` */
  readonly path: string
  /** Nobody in particular. */
  readonly visitor: FrontEnd
  /** Owns it. */
  readonly ana: Person
  /** Works in it. */
  readonly agent: Person
  /** Owns another. */
  readonly bob: Person
  /** Ana's. */
  readonly live: Live
}

/** A PNG of one pixel. */
export const onePixel = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
)
