/**
 * CRC-32C, the checksum that TensorFlow's record files carry.
 *
 * @module
 */

/** Castagnoli's polynomial, its bits in reverse. */
const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value >>> 0;
});

/**
 * The CRC-32C of some bytes (RFC 3720, appendix B.4).
 *
 * @param bytes The bytes.
 * @returns The checksum, a whole number below 2^32.
 * @example The check value of the polynomial
 * ```ts
 * import { crc32c } from "glmc/tensorboard/crc32c.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
 * ```
 */
export function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/**
 * The checksum as record files store it: turned and moved, so that a checksum of bytes which hold
 * checksums themselves stays a good one.
 *
 * @param bytes The bytes.
 * @returns A whole number below 2^32.
 * @example Of no bytes
 * ```ts
 * import { maskedCrc32c } from "glmc/tensorboard/crc32c.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(maskedCrc32c(new Uint8Array(0)), 0xa282ead8);
 * ```
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const value = crc32c(bytes);
  return (((value >>> 15) | (value << 17)) + 0xa282ead8) >>> 0;
}
