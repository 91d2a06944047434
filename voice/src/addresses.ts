import { BlockList, isIP, SocketAddress } from 'node:net'

/**
 * Which addresses belong to the public internet, for the telephone engine and for the server. Source: the
 * IANA special-purpose address registries (RFC 6890).
 */

const specialIpv4 = rangesOf('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
])

/** Allocated global unicast. Everything outside (loopback, link-local, `::10.0.0.5`) is not public. */
const globalIpv6 = rangesOf('ipv6', [['2000::', 3]])

/** Exceptions that are not public: protocol assignments with Teredo, documentation, and 6to4, which hides an IPv4 address. */
const specialIpv6 = rangesOf('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3ffe::', 16],
  ['3fff::', 20],
])

/** Each of these stands for one IPv4 address, which a NAT64 translates (RFC 6052). */
const standsForIpv4 = rangesOf('ipv6', [['64:ff9b::', 96]])

function rangesOf(family: 'ipv4' | 'ipv6', ranges: [net: string, bits: number][]): BlockList {
  const list = new BlockList()
  for (const [net, bits] of ranges) list.addSubnet(net, bits, family)
  return list
}

/** Is this address outside the public internet? Text that is not an address is. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return true
  if (family === 4) return specialIpv4.check(address, 'ipv4')
  const plain = canonicalAddress(address)
  if (isIP(plain) === 4) return specialIpv4.check(plain, 'ipv4')
  if (standsForIpv4.check(plain, 'ipv6')) return specialIpv4.check(lastFourBytes(plain), 'ipv4')
  return !globalIpv6.check(plain, 'ipv6') || specialIpv6.check(plain, 'ipv6')
}

/** Returns the canonical form of an address: IPv6 compressed and without its zone, a mapped IPv4 address as IPv4. */
export function canonicalAddress(address: string): string {
  if (isIP(address) !== 6) return address
  const plain = new SocketAddress({ address: address.split('%', 1)[0]!, family: 'ipv6' }).address
  const mapped = /^::ffff:([\d.]+)$/.exec(plain)
  return mapped ? mapped[1]! : plain
}

/** Returns the last four bytes as IPv4. `address` is in canonical form and has a run of zeros before them. */
function lastFourBytes(address: string): string {
  const groups = address.slice(address.indexOf('::') + 2).split(':')
  const [low = 0, high = 0] = groups.reverse().map((group) => Number.parseInt(group || '0', 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** Returns whether packets may be sent to this address. */
export type AddressPolicy = (address: string) => boolean

const notOneHost = new BlockList()
notOneHost.addSubnet('0.0.0.0', 8, 'ipv4')
notOneHost.addSubnet('224.0.0.0', 4, 'ipv4')
notOneHost.addAddress('255.255.255.255', 'ipv4')
notOneHost.addAddress('::', 'ipv6')
notOneHost.addSubnet('ff00::', 8, 'ipv6')

/** Allows every address of a single host, private ones too; never multicast, broadcast or the unspecified address. */
export const anyHost: AddressPolicy = (address) => {
  const plain = canonicalAddress(address)
  const family = isIP(plain)
  return family !== 0 && !notOneHost.check(plain, family === 6 ? 'ipv6' : 'ipv4')
}

/** Allows public addresses except those of this machine. `own` is called each time. */
export function publicHosts(own: () => ReadonlySet<string>): AddressPolicy {
  return (address) => !isPrivateAddress(address) && !own().has(canonicalAddress(address))
}
