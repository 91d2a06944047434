/** The error is the same for every address, port and transport, so that it reveals nothing about our network. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'

  constructor() {
    super('Its address is private. Only an installation with SIP_ALLOW_PRIVATE=on may call through one.')
  }
}
