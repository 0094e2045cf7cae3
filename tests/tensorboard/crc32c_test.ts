import { assertEquals } from "@std/assert";
import { crc32c } from "../../lib/tensorboard/crc32c.ts";

// RFC 3720, appendix B.4; it prints the bytes of a checksum with the lowest first.
const vectors: readonly (readonly [name: string, bytes: Uint8Array, checksum: number])[] = [
  ["32 bytes of zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 bytes of ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["32 bytes that rise", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ["32 bytes that fall", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  [
    "an iSCSI read command",
    Uint8Array.fromHex(
      "01c00000000000000000000000000000140000000000040000000014000000182800000000000000" +
        "0200000000000000",
    ),
    0xd9963a56,
  ],
];

for (const [name, bytes, checksum] of vectors) {
  Deno.test(`crc32c() of ${name} is that of RFC 3720`, () => {
    assertEquals(crc32c(bytes), checksum);
  });
}
