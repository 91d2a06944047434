import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anyHost, canonicalAddress, isPrivateAddress, publicHosts } from './addresses.ts'

const words = (text: string) => text.trim().split(/\s+/)

const privateOnes = words(`
  0.0.0.0 10.0.0.5 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.168.0.1
  198.18.0.1 198.51.100.1 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255
  :: ::1 fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd12:3456::1 ff02::1 100::1 5f00::1 2001:db8::1 3fff::1 3ffe::1
  localhost sip.example.com`)

const ipv4InIpv6 = {
  compatible: '::10.0.0.5 ::a00:5 ::8.8.8.8',
  mapped: '::ffff:10.0.0.5 ::ffff:a00:5 0:0:0:0:0:ffff:a00:5 ::FFFF:127.0.0.1',
  translated: '::ffff:0:10.0.0.5 ::ffff:0:a00:5 ::ffff:0:8.8.8.8',
  'NAT64, also a local one':
    '64:ff9b::10.0.0.5 64:ff9b::a00:5 64:ff9b:: 64:ff9b::1 64:ff9b:0:0:0:0:7f00:1 64:ff9b:1::8.8.8.8',
  '6to4': '2002:a00:5::1 2002:808:808::1',
  Teredo: '2001::1 2001:0:a00:5::',
}

const publicOnes = words(`
  8.8.8.8 1.1.1.1 172.32.0.1 172.15.0.1 100.128.0.1 192.0.1.1 223.255.255.255 11.0.0.1
  2606:4700::1111 2001:4860:4860::8888 2A00:1450::1 ::ffff:8.8.8.8 ::ffff:808:808
  64:ff9b::8.8.8.8 64:ff9b::808:808 64:ff9b:0:0:0:0:808:808`)

test('addresses outside the public internet are private in every notation', () => {
  for (const address of [...privateOnes, ...Object.values(ipv4InIpv6).flatMap(words), ''])
    assert.ok(isPrivateAddress(address), address)
  for (const address of publicOnes) assert.ok(!isPrivateAddress(address), address)
})

test('every notation of an address has the same canonical form', () => {
  assert.equal(canonicalAddress('2A00:0:0:0::1'), '2a00::1')
  assert.equal(canonicalAddress('::ffff:808:808'), '8.8.8.8')
  assert.equal(canonicalAddress('fe80::1%eth0'), 'fe80::1')
  assert.equal(canonicalAddress('8.8.8.8'), '8.8.8.8')
})

test('multicast, broadcast and unspecified addresses are never allowed, and publicHosts excludes this machine', () => {
  for (const address of [
    '224.0.0.1',
    '239.255.255.250',
    '255.255.255.255',
    '0.0.0.0',
    '0.0.0.1',
    '::',
    'ff02::1',
    'name',
  ])
    assert.ok(!anyHost(address), address)
  for (const address of ['127.0.0.1', '10.0.0.5', '8.8.8.8', '::1', 'fe80::1%eth0'])
    assert.ok(anyHost(address), address)

  const policy = publicHosts(() => new Set(['8.8.4.4', '2a00::1']))
  for (const address of ['8.8.4.4', '::ffff:8.8.4.4', '2A00:0::1', '10.0.0.5', '127.0.0.1', '224.0.0.1', 'name'])
    assert.ok(!policy(address), address)
  for (const address of ['8.8.8.8', '2a00::2']) assert.ok(policy(address), address)
})
