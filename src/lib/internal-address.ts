import { BlockList, isIP } from 'node:net';

/** Ranges of the IANA special-purpose registries that no host of the Internet answers from; those for documentation are left out. */
const internal = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  // multicast, reserved, broadcast
  ['224.0.0.0', 3],
] as const) {
  internal.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  // unspecified, loopback, and IPv4 addresses in the old way of writing them as IPv6
  ['::', 96],
  // translators (NAT64, 6to4, Teredo): an IPv4 address of any range stands in them
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
  ['100::', 64],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  internal.addSubnet(network, bits, 'ipv6');
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** An IPv4 address written as IPv6 (::ffff:10.0.0.1) is judged by the IPv4 rows; a zone (fe80::1%eth0) does not count. */
function contains(list: BlockList, address: string): boolean {
  const [bare = ''] = address.split('%');
  return list.check(bare, isIP(bare) === 4 ? 'ipv4' : 'ipv6');
}

/** Does this IP address lead into our own network: loopback, private, link-local, or of no host at all? */
export const isInternalIp = (address: string): boolean => contains(internal, address);

/** Is this IP address one of this machine's own? */
export const isLoopbackIp = (address: string): boolean => contains(loopback, address);

/** The host of a URL as it is resolved: without the brackets of IPv6, and without the dot that ends a name. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/** Is this a name that only has a meaning inside a network? */
export const isInternalName = (host: string): boolean => /(^|\.)(localhost|internal|local)$/.test(host);

/**
 * Does this URL name an address inside our own network: loopback, private or link-local (RFC 1918, 4193, 3927, 6598)?
 * Judges what is written, not what a name resolves to.
 */
export function isInternalAddress(url: string): boolean {
  const host = hostOf(new URL(url));
  return isIP(host) === 0 ? isInternalName(host) : isInternalIp(host);
}
