const keys = '0123456789*#ABCD'
const packetMs = 20
const samplesPerPacket = 160
const updates = 8

/**
 * One key press of 160 ms as RFC 4733 events (payload type 101) in a pcap file for SIPp's play_pcap_audio: seven updates, the
 * end three times. `position` counts the keys of the same caller: sequence numbers and timestamps continue from key to
 * key, otherwise a receiver takes the second press for a repetition of the first. (Debian's ready-made recordings do neither.)
 */
export function keyPressPcap(key: string, position: number): Buffer {
  const event = keys.indexOf(key)
  if (event < 0) throw new Error(`${key} is no telephone key.`)
  const packets = Array.from({ length: updates + 2 }, (_, i) => {
    const update = Math.min(i + 1, updates)
    const rtp = Buffer.alloc(16)
    rtp[0] = 0x80
    rtp[1] = (i === 0 ? 0x80 : 0) | 101
    rtp.writeUInt16BE(position * (updates + 2) + i + 1, 2)
    rtp.writeUInt32BE((position + 1) * 8000, 4)
    rtp.writeUInt32BE(0x5eed_d7f0, 8)
    rtp[12] = event
    rtp[13] = (update === updates ? 0x80 : 0) | 10
    rtp.writeUInt16BE(update * samplesPerPacket, 14)
    return pcapRecord(update * packetMs, ethernetFrame(rtp))
  })
  return Buffer.concat([pcapHeader(), ...packets])
}

/** libpcap's file format 2.4, little endian, link type Ethernet. */
function pcapHeader(): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2_c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(65_535, 16)
  header.writeUInt32LE(1, 20)
  return header
}

function pcapRecord(atMs: number, frame: Buffer): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(atMs * 1000, 4)
  header.writeUInt32LE(frame.length, 8)
  header.writeUInt32LE(frame.length, 12)
  return Buffer.concat([header, frame])
}

/** SIPp replaces addresses, ports and checksums. */
function ethernetFrame(payload: Buffer): Buffer {
  const headers = Buffer.alloc(14 + 20 + 8)
  headers.writeUInt16BE(0x0800, 12)
  headers[14] = 0x45
  headers.writeUInt16BE(28 + payload.length, 16)
  headers[22] = 64
  headers[23] = 17
  headers.writeUInt16BE(10_000, 34)
  headers.writeUInt16BE(10_000, 36)
  headers.writeUInt16BE(8 + payload.length, 38)
  return Buffer.concat([headers, payload])
}
