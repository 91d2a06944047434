/** The same sentence for every address, port and transport: whoever named the address learns nothing of our network. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'

  constructor() {
    super('Its address is private. Only an installation with SIP_ALLOW_PRIVATE=on may call through one.')
  }
}
