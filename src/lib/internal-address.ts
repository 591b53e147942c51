import { BlockList, isIP } from 'node:net';

/** An IPv4 address written as IPv6 (::ffff:10.0.0.1) is judged by the IPv4 rows. */
const internal = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  internal.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  internal.addSubnet(network, bits, 'ipv6');
}

/**
 * Does this URL name an address inside our own network: loopback, private or link-local (RFC 1918, 4193, 3927, 6598)?
 * Judges what is written, not what a name resolves to.
 */
export function isInternalAddress(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const version = isIP(host);
  if (version === 0) return host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.internal');
  return internal.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
