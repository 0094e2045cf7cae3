/**
 * Reads what a shared library offers and needs, in the formats of Linux and macOS, whatever machine this is.
 *
 * @module
 */

/** What stands in a shared library. */
export interface NativeLibrary {
  /** The processor it is for. */
  readonly processor: string;
  /** The name that other libraries know it by. */
  readonly name: string;
  /** Names of the libraries that it needs. */
  readonly needs: readonly string[];
  /** Folders in which those are looked for. */
  readonly searched: readonly string[];
  /** Functions and other symbols that it offers. */
  readonly exported: ReadonlySet<string>;
}

/**
 * Reads a library of 64 bits with the low byte first.
 *
 * @param bytes The whole file.
 * @returns What it offers and needs.
 * @throws {SyntaxError} If it is no such library.
 */
export function readNativeLibrary(bytes: Uint8Array): NativeLibrary {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.getUint32(0, true);
  if (kind === 0x464c457f && bytes[4] === 2 && bytes[5] === 1) return readElf(view);
  if (kind === 0xfeedfacf) return readMachO(view);
  throw new SyntaxError(`Cannot read a library: its first bytes are ${kind.toString(16)}`);
}

/** Numbers and names at places of the file. */
function readerOf(view: DataView): {
  readonly short: (at: number) => number;
  readonly int: (at: number) => number;
  readonly long: (at: number) => number;
  readonly text: (at: number) => string;
} {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const decoder = new TextDecoder();
  return {
    short: (at) => view.getUint16(at, true),
    int: (at) => view.getUint32(at, true),
    long: (at) => Number(view.getBigUint64(at, true)),
    text: (at) => decoder.decode(bytes.subarray(at, bytes.indexOf(0, at))),
  };
}

function readElf(view: DataView): NativeLibrary {
  const { short, int, long, text } = readerOf(view);
  const processors: Record<number, string> = { 62: "x86_64", 183: "aarch64" };
  const sections = Array.from({ length: short(60) }, (_, i) => long(40) + i * short(58)).map((
    at,
  ) => ({
    ...{ type: int(at + 4), offset: long(at + 24), size: long(at + 32), link: int(at + 40) },
  }));
  const stringsOf = ({ link }: { readonly link: number }): number => sections[link]!.offset;
  const [dynamicType, symbolsType] = [6, 11];
  const dynamic = sections.find(({ type }) => type === dynamicType)!;
  const entries = Array.from({ length: dynamic.size / 16 }, (_, i) => dynamic.offset + 16 * i);
  const named = (...tags: readonly number[]): string[] =>
    entries.filter((at) => tags.includes(long(at))).map((at) =>
      text(stringsOf(dynamic) + long(at + 8))
    );
  const symbols = sections.find(({ type }) => type === symbolsType)!;
  const exported = new Set<string>();
  for (let at = symbols.offset; at < symbols.offset + symbols.size; at += 24) {
    const isDefined = short(at + 6) !== 0;
    const isGlobal = view.getUint8(at + 4) >> 4 !== 0;
    const isVisible = (view.getUint8(at + 5) & 3) % 3 === 0; // default or protected
    if (isDefined && isGlobal && isVisible) exported.add(text(stringsOf(symbols) + int(at)));
  }
  return {
    processor: processors[short(18)] ?? `${short(18)}`,
    name: named(14)[0] ?? "",
    needs: named(1),
    searched: named(15, 29).flatMap((list) => list.split(":")),
    exported,
  };
}

function readMachO(view: DataView): NativeLibrary {
  const { int, text } = readerOf(view);
  const processors: Record<number, string> = { 0x01000007: "x86_64", 0x0100000c: "aarch64" };
  const commands: { readonly type: number; readonly at: number }[] = [];
  for (let at = 32; commands.length < int(16); at += int(at + 4)) {
    // The highest bit says that the loader has to know the command.
    commands.push({ type: int(at) & 0x7fffffff, at });
  }
  const named = (...types: readonly number[]): string[] =>
    commands.filter(({ type }) => types.includes(type)).map(({ at }) => text(at + int(at + 8)));
  const { at: table } = commands.find(({ type }) => type === 2)!;
  const [symbols, count, strings] = [int(table + 8), int(table + 12), int(table + 16)];
  const exported = new Set<string>();
  for (let at = symbols; at < symbols + 16 * count; at += 16) {
    const type = view.getUint8(at + 4);
    const isExternal = (type & 0x01) !== 0 && (type & 0x10) === 0; // and not to this library alone
    const isDefined = (type & 0x0e) !== 0 && (type & 0xe0) === 0; // and not for a debugger
    // C's names begin with an underscore there.
    if (isExternal && isDefined) exported.add(text(strings + int(at)).replace(/^_/, ""));
  }
  return {
    processor: processors[int(4)] ?? `${int(4)}`,
    name: named(0x0d)[0] ?? "",
    needs: named(0x0c, 0x18, 0x1f),
    searched: named(0x1c),
    exported,
  };
}
