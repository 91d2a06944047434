/**
 * Encryption of what must be read back (SIP passwords, tokens): AES-256-GCM with a random data key per value, wrapped by
 * a versioned key. `place` (`telephony.sip_providers/password/<row id>`) is authenticated, so a value moved to another
 * row does not open.
 */
export interface Secrets {
  seal(plain: string, place: string): string
  /** Throws when the value was changed, moved, or made with a key that is gone. */
  open(sealed: string, place: string): string
}
