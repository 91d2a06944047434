import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

// A certificate as X.509 writes it (RFC 5280), as much of it as a chain needs.

const der = (tag: number, ...contents: Buffer[]): Buffer => {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...contents: Buffer[]) => der(0x30, ...contents)
const sha256WithRsa = sequence(der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05))
const nameOf = (commonName: string) =>
  sequence(der(0x31, sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(commonName)))))
const time = (date: Date) => der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))
const isAuthority = der(
  0xa3,
  sequence(
    sequence(
      der(0x06, Buffer.from('551d13', 'hex')),
      der(0x01, Buffer.from([0xff])),
      der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
    ),
  ),
)

export interface Certified {
  name: string
  key: KeyObject
  pem: string
}

let serial = 0

/** A key and its certificate, signed by `issuer` or by itself; an authority may sign others. */
export function certify(
  name: string,
  {
    issuer,
    authority = false,
    until = new Date('2099-01-01'),
  }: { issuer?: Certified; authority?: boolean; until?: Date } = {},
): Certified {
  const { privateKey: key, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const subject = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([++serial])),
    sha256WithRsa,
    nameOf(issuer?.name ?? name),
    sequence(time(new Date('2020-01-01')), time(until)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(authority ? [isAuthority] : []),
  )
  const signature = sign('sha256', subject, issuer?.key ?? key)
  const whole = sequence(subject, sha256WithRsa, der(0x03, Buffer.from([0]), signature)).toString('base64')
  return { name, key, pem: `-----BEGIN CERTIFICATE-----\n${whole}\n-----END CERTIFICATE-----\n` }
}
